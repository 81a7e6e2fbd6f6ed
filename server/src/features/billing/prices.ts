import { envName } from "@musicverse/plugin-kit";
import type { Stripe } from "stripe";
import { boost, plans, type PlanId } from "../plans/index.ts";
import type { StripeConnection } from "./stripe-access.ts";

/** What can be bought: plans with a price, and the add-on. */
export const sellable = ["basic", "standard", "pro", "boost"] as const satisfies readonly (PlanId | "boost")[];
export type Sellable = (typeof sellable)[number];

/** The plugin's setting that names the price. */
const settingOf: Record<Sellable, string> = {
  basic: "priceBasic",
  standard: "priceStandard",
  pro: "pricePro",
  boost: "priceBoost",
};

/** In a price's metadata: which plan it sells, for prices that the settings do not name (older ones of customers who stay). */
const PLAN_KEY = "musicverse_plan";

export const settingNameOf = (what: Sellable): string => envName("stripe", settingOf[what]);

export interface Prices {
  /** Null: the operator named none. */
  idOf(what: Sellable): string | null;
  /** Null: something else than a plan of ours. */
  planOf(price: Pick<Stripe.Price, "id" | "metadata">): PlanId | null;
}

const known = new WeakMap<Stripe, Promise<Prices>>();

/** The prices at Stripe: in live mode those of the settings; the simulator is given the catalogue's. */
export function pricesOf(connection: StripeConnection): Promise<Prices> {
  const prices =
    known.get(connection.stripe) ??
    (connection.mode === "live" ? Promise.resolve(fromSettings(connection)) : fromCatalogue(connection));
  known.set(connection.stripe, prices);
  prices.catch(() => known.delete(connection.stripe));
  return prices;
}

function fromSettings({ settings }: StripeConnection): Prices {
  return pricesBy(
    new Map(
      sellable.flatMap((what) => {
        const id = settings[settingOf[what]];
        return typeof id === "string" ? [[what, id]] : [];
      }),
    ),
  );
}

const catalogueOf = (what: Sellable) =>
  what === "boost"
    ? { name: boost.name, cents: boost.priceCents }
    : { name: plans[what].name, cents: plans[what].monthlyPriceCents };

/** The amount is part of the key: when the catalogue changes, who has bought keeps the price. */
async function fromCatalogue({ stripe }: StripeConnection): Promise<Prices> {
  const keys = new Map(sellable.map((what) => [what, `${what}_${catalogueOf(what).cents}`]));
  const { data } = await stripe.prices.list({ lookup_keys: [...keys.values()], limit: 100 });
  const ids = new Map<Sellable, string>();
  for (const [what, key] of keys) {
    const found = data.find(({ lookup_key: of }) => of === key);
    ids.set(what, (found ?? (await createPrice(stripe, what, key))).id);
  }
  return pricesBy(ids);
}

/** Several processes may find it missing at once; the key makes it one price. */
function createPrice(stripe: Stripe, what: Sellable, key: string): Promise<Stripe.Price> {
  const { name, cents } = catalogueOf(what);
  return stripe.prices.create(
    {
      currency: "usd",
      unit_amount: cents,
      lookup_key: key,
      product_data: { name },
      ...(what !== "boost" && { recurring: { interval: "month" }, metadata: { [PLAN_KEY]: what } }),
    },
    { idempotencyKey: `price ${key}` },
  );
}

function pricesBy(ids: ReadonlyMap<Sellable, string>): Prices {
  const planById = new Map([...ids].flatMap(([what, id]) => (what === "boost" ? [] : [[id, what] as const])));
  return {
    idOf: (what) => ids.get(what) ?? null,
    planOf: ({ id, metadata }) => {
      const named = metadata[PLAN_KEY];
      return planById.get(id) ?? (named !== undefined && Object.hasOwn(plans, named) ? (named as PlanId) : null);
    },
  };
}
