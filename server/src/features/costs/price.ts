import type { ModelPrice, ModelPrices } from "../../platform/plugins/index.ts";

/** What one call used up. Null: not known, or no such thing. */
export interface Used {
  inputTokens: number | null;
  outputTokens: number | null;
  /** Length of the audio made. */
  seconds: number | null;
  images: number | null;
  songs: number;
}

/**
 * Cost of a call in micro-dollars: what the plugin says, else what the operator's price of the model makes of what was used.
 * Null when neither is known, or when the price is of something that is not.
 */
export function costOf(prices: ModelPrices, model: string, used: Used, saidMicros: number | null): number | null {
  if (saidMicros !== null) return saidMicros;
  const price = prices.get(model);
  if (!price) return null;
  const parts = units.flatMap(([unit, per, amountOf]) => {
    const micros = price[unit];
    if (micros === undefined) return [];
    const amount = amountOf(used);
    return [amount === null ? null : (amount * micros) / per];
  });
  let sum = 0;
  for (const part of parts) {
    if (part === null) return null;
    sum += part;
  }
  return Math.round(sum);
}

/** Which amount each price is of, and of how many at once. */
const units: readonly [keyof ModelPrice, number, (used: Used) => number | null][] = [
  ["per_1k_input_tokens", 1000, ({ inputTokens }) => inputTokens],
  ["per_1k_output_tokens", 1000, ({ outputTokens }) => outputTokens],
  ["per_second", 1, ({ seconds }) => seconds],
  ["per_image", 1, ({ images }) => images],
  ["per_song", 1, ({ songs }) => songs],
];
