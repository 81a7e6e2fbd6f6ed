import { InvalidSetting, optional, type Setting } from "../config/define.ts";

const units = ["per_1k_input_tokens", "per_1k_output_tokens", "per_second", "per_image", "per_song"] as const;

/** Prices in micro-dollars; a call costs the sum of those that are given. */
export type ModelPrice = Partial<Record<(typeof units)[number], number>>;
/** By the model's id. */
export type ModelPrices = ReadonlyMap<string, Readonly<ModelPrice>>;

const shape = `JSON of model → { ${units.join(", ")} }, each a number of micro-dollars (millionths of a US dollar)`;

/** What the operator pays for models whose plugin does not tell. */
export const costPrices: Setting<ModelPrices | null> = optional({
  variable: "COST_PRICES",
  description: "what models cost, in micro-dollars, where their plugin does not tell; without it their cost is unknown",
  example: '{"music-2.0":{"per_song":30000},"image-01":{"per_image":3500}}',
  parse: (text: string): ModelPrices => {
    const models = objectIn(parsed(text));
    return new Map(Object.entries(models).map(([model, price]) => [model, Object.freeze(priceIn(price))]));
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidSetting(shape);
  }
}

function objectIn(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InvalidSetting(shape);
  return value as Record<string, unknown>;
}

function priceIn(value: unknown): ModelPrice {
  const entries = Object.entries(objectIn(value));
  const right = entries.every(
    ([unit, micros]) =>
      (units as readonly string[]).includes(unit) && typeof micros === "number" && micros >= 0 && micros <= 1e12,
  );
  if (!right || entries.length === 0) throw new InvalidSetting(shape);
  return Object.fromEntries(entries) as ModelPrice;
}
