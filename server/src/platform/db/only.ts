/** The one row that a statement must give. Anything else is a bug, told by the name of what should be there. */
export function only<T>(rows: readonly T[], what: string): T {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`${what}: expected one row, got ${rows.length}`);
  return row;
}
