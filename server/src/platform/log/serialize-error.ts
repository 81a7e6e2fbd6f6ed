/** How deep `cause` is followed. */
const DEPTH_MAX = 4;

/**
 * What a log may keep of an error. Other fields are dropped on purpose: a database error's `detail` repeats the row
 * that failed, with everything a person wrote into it.
 */
export function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const known = error as { code?: unknown; constraint?: unknown; table?: unknown };
  return {
    type: name,
    message,
    stack,
    code: known.code,
    constraint: known.constraint,
    table: known.table,
    cause: cause === undefined || depth === DEPTH_MAX ? undefined : serializeError(cause, depth + 1),
  };
}
