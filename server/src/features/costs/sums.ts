/** Sums over entries, in the order in which tables of sums have their columns: calls, unpriced, input_tokens … cost_micros. */
export const sums = `count(*), count(*) filter (where cost_micros is null), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
  coalesce(sum(seconds), 0), coalesce(sum(images), 0), coalesce(sum(cost_micros), 0)`;
