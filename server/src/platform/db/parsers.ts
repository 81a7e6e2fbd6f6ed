import { types as builtin, TypeOverrides } from "pg";

/**
 * Counts, byte sizes and sums of money stay far below 2^53, and a string would silently concatenate. What may go beyond is
 * selected as text and becomes a `bigint` in its store.
 *
 * @throws RangeError instead of rounding
 */
function exactNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`the bigint ${text} is not exact as a number: select the column as text (column::text)`);
}

/**
 * What a column arrives as, and so what a row type may say:
 *
 * | SQL | TypeScript |
 * |---|---|
 * | smallint, integer, real, double precision, bigint | `number` |
 * | numeric, also `sum` of bigint and `avg` of integers; elements of bigint[] | `string` |
 * | timestamptz | `Date` |
 * | date | `string`, `2026-01-31`: a Date would be midnight in the zone of this process |
 * | bytea | `Buffer` |
 * | json, jsonb | what JSON.parse gives, whose numbers may be rounded |
 */
export const parsers = new TypeOverrides();
parsers.setTypeParser(builtin.builtins.INT8, exactNumber);
parsers.setTypeParser(builtin.builtins.DATE, String);
