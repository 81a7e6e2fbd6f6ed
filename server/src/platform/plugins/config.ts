import { defineSettings, flag, integer, InvalidSetting, list, optional, text, type Setting } from "../config/define.ts";
import { costPrices } from "./prices.ts";

const signInRedirectUris: Setting<readonly string[]> = {
  variable: "SIGN_IN_REDIRECT_URIS",
  description:
    "pages of apps that browsers return to after signing in with a provider; an origin alone allows all of its pages",
  example: "https://app.example.com/signed-in",
  fallback: { value: [] },
  parse: (text) => {
    const entries = text
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== "");
    const usable = (entry: string): boolean => {
      const url = URL.parse(entry);
      return url !== null && /^https?:$/.test(url.protocol) && !url.hash && !url.username && !url.password;
    };
    if (!entries.every(usable))
      throw new InvalidSetting("http or https addresses without # and password, joined by commas");
    return Object.freeze(entries);
  },
};

const billingReturnOrigins: Setting<readonly string[]> = {
  variable: "BILLING_RETURN_ORIGINS",
  description:
    "origins of apps that Stripe's pages may lead back to, besides this server's own; on a loopback server every loopback origin may",
  example: "https://app.example.com",
  fallback: { value: [] },
  parse: (text) => {
    const entries = text
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== "");
    const usable = (entry: string): boolean =>
      /^https?:/.test(entry) && URL.parse(entry)?.origin === entry.replace(/\/$/, "");
    if (!entries.every(usable)) throw new InvalidSetting("http or https origins without a path, joined by commas");
    return Object.freeze(entries.map((entry) => new URL(entry).origin));
  },
};

export const settings = defineSettings({
  plugins: list({
    variable: "PLUGINS",
    description: "plugins to load: ours by id, others by npm package; ! in front lists one without using it",
    example: "minimax,musicverse-plugin-example",
    fallback: { value: ["minimax", "spotify", "stripe"] },
  }),
  pluginsDir: optional(
    text({
      variable: "PLUGINS_DIR",
      description: "folder in which further plugins are installed (npm install there); empty: only the server's own",
      example: "./plugins-of-ours",
    }),
  ),
  costPrices,
  simulatorLatencyPercent: integer({
    variable: "SIMULATOR_LATENCY_PERCENT",
    description: "how long the simulators of sandbox accounts pretend to work: 100 a few seconds, 0 not at all",
    example: "100",
    min: 0,
    max: 10_000,
    fallback: { value: 100 },
  }),
  signInRedirectUris,
  billingReturnOrigins,
  signInSimulator: flag({
    variable: "SIGN_IN_SIMULATOR",
    description:
      "sign in with simulated providers where the real one is not configured: for development, anybody can be anybody there",
    example: "true",
    fallback: { value: false },
  }),
});
