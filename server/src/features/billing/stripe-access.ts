import { Stripe } from "stripe";
import { Counter, type Registry } from "prom-client";
import { ProblemError } from "../../platform/http/problem.ts";
import { PluginFailure, type PluginHost } from "../../platform/plugins/index.ts";

export type Mode = "live" | "test";

/** Stripe as one mode of ours sees it: the real one, or for sandboxes its simulator. */
export interface StripeConnection {
  stripe: Stripe;
  mode: Mode;
  /** The plugin's settings: ids of prices by `priceBasic`, `priceStandard`, `pricePro`, `priceBoost`. */
  settings: Readonly<Record<string, unknown>>;
}

export interface StripeAccess {
  /** Throws ProblemError billing_not_configured where Stripe has no keys. */
  connect(mode: Mode): Promise<StripeConnection>;
}

/** The shapes that our code and the simulator are written for; the library's own version, on purpose not its default. */
const API_VERSION = "2026-10-28.endive";
const TIMEOUT_MS = 10_000;
/** With the library's pauses of 0.5 to 5 s: of connections, 409 and 5xx. A 429 is left to whoever calls. */
const RETRIES_MAX = 2;

interface StripeAccessDeps {
  plugins: Pick<PluginHost, "outlet" | "ready">;
  registry: Registry;
}

/** One client of the official library per mode; its requests go out through the plugin's own door. */
export function createStripeAccess({ plugins, registry }: StripeAccessDeps): StripeAccess {
  const known = new Map<Mode, Promise<StripeConnection>>();
  const calls = callsCounter(registry);

  const open = async (mode: Mode): Promise<StripeConnection> => {
    const { config, fetch: send } = await plugins.outlet("stripe", mode);
    const base = new URL(String(config["baseUrl"]));
    const stripe = new Stripe(String(config["secretKey"]), {
      apiVersion: API_VERSION,
      host: base.hostname,
      protocol: base.protocol === "http:" ? "http" : "https",
      port: base.port || (base.protocol === "http:" ? 80 : 443),
      httpClient: Stripe.createFetchHttpClient(send),
      timeout: TIMEOUT_MS,
      maxNetworkRetries: RETRIES_MAX,
      telemetry: false,
      appInfo: { name: "MusicVerse" },
    });
    stripe.on("response", ({ method, path, status }: { method: string; path: string; status: number }) =>
      calls.inc({ mode, method, resource: resourceOf(path), status: String(status) }),
    );
    return { stripe, mode, settings: config };
  };

  return {
    async connect(mode) {
      if (!plugins.ready("stripe", mode)) throw notConfigured();
      const connection = known.get(mode) ?? open(mode);
      known.set(mode, connection);
      // The next one may have more luck.
      connection.catch(() => known.delete(mode));
      try {
        return await connection;
      } catch (error) {
        throw error instanceof PluginFailure && error.code === "UNAVAILABLE" ? notConfigured(error) : error;
      }
    },
  };
}

export const notConfigured = (cause?: unknown, detail?: string): ProblemError =>
  new ProblemError("billing_not_configured", {
    detail:
      detail ??
      "Billing is not configured on this server: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET. Sandbox accounts can try everything.",
    ...(cause !== undefined && { cause }),
  });

const callsCounter = (registry: Registry) =>
  new Counter({
    name: "musicverse_billing_stripe_calls_total",
    help: "Answers of Stripe's API, by what was asked; retries count.",
    labelNames: ["mode", "method", "resource", "status"],
    registers: [registry],
  });

/** `/v1/checkout/sessions/cs_1?x=y` → `checkout/sessions`: the ids would be without number. */
const resourceOf = (path: string): string =>
  (path.split("?")[0] ?? "")
    .split("/")
    .slice(2)
    .filter((part) => /^[a-z_]+$/.test(part) && !/^[a-z]+_[a-z]*\d/.test(part))
    .join("/") || "other";
