import { secret, text, url, type ConfigOf, type PluginContext } from "@musicverse/plugin-kit";

const priceId = (value: string): string | null =>
  /^price_\w{1,250}$/.test(value) ? null : "is no id of a price, price_…";
const price = (what: string) =>
  text({
    description: `ID of the price in Stripe that sells ${what}.`,
    example: "price_1PgafmB7WZ01zgkW6dKueIc5",
    optional: true,
    check: priceId,
  });

export const settings = {
  secretKey: secret({
    description: "Secret key, or a restricted one, of your Stripe account.",
    example: "sk_live_0123456789abcdef",
  }),
  webhookSecret: secret({
    description: "Signing secret of the webhook endpoint that you set at Stripe.",
    example: "whsec_0123456789abcdef",
  }),
  baseUrl: url({
    description: "Where Stripe's API is.",
    example: "https://api.stripe.com",
    default: "https://api.stripe.com",
  }),
  priceBasic: price("a month of the plan Basic"),
  priceStandard: price("a month of the plan Standard"),
  pricePro: price("a month of the plan Pro"),
  priceBoost: price("Pro Boost, paid once"),
} as const;

export type Context = PluginContext<ConfigOf<typeof settings>>;
