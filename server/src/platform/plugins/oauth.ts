import type { OAuthClient, OAuthTokens } from "@musicverse/plugin-kit";
import type { Dispatcher } from "undici";
import type { Logger } from "../log/index.ts";
import { callBounded } from "./call-function.ts";
import { PluginFailure } from "./failure.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Mode, Registered } from "./invoke.ts";
import { createMask } from "./mask.ts";
import { healthOf, normalise } from "./normalise.ts";
import type { Traffic } from "./plugin-http.ts";
import type { Target } from "./target.ts";

const DEADLINE_MS = 20_000;
const BYTES_MAX = 65_536;

interface Sending {
  dispatcherFor: (origin: string) => Dispatcher;
  signal: AbortSignal;
}

/** Our side of OAuth at the plugin's provider or its simulator; `send: null` for what needs no request. */
export function oauthClient(of: { entry: Registered; target: Target; send: Sending | null }): OAuthClient {
  const { plugin } = of.entry;
  const { id: pluginId, auth } = plugin;
  if (auth?.kind !== "oauth2")
    throw new PluginFailure("UNAVAILABLE", `nobody can connect to ${pluginId}`, { pluginId });
  const refuse: typeof fetch = () => Promise.reject(new Error("this use of OAuth sends nothing"));
  return {
    auth,
    config: of.target.config,
    egress: of.target,
    fetch: of.send ? guardedFetch(of.target, { ...of.send, timeoutMs: DEADLINE_MS, bytesMax: BYTES_MAX }) : refuse,
  };
}

/** One question to the token endpoint; counts for the breaker like any other call. Rejects with PluginFailure only. */
export async function askedForTokens(
  client: OAuthClient,
  of: { entry: Registered; mode: Mode; signal: AbortSignal; log: Logger; secrets: readonly string[] },
  ask: (client: OAuthClient, within: AbortSignal) => Promise<OAuthTokens>,
): Promise<OAuthTokens> {
  const { entry, mode, signal, log } = of;
  const { id: pluginId } = entry.plugin;
  const admission = entry.breakers[mode].admit();
  if (!admission.admitted) {
    const { retryAt } = admission;
    throw new PluginFailure("BREAKER_OPEN", `${pluginId} is resting after too many failures`, { pluginId, retryAt });
  }
  const traffic: Traffic = { sent: 1, unanswered: 0, succeeded: 0 };
  try {
    const tokens = await callBounded((within) => ask(client, within), {
      signal,
      deadlineMs: DEADLINE_MS,
      onIgnoredAbort: () => log.warn({ plugin: pluginId }, "token request ignores its abort signal"),
    });
    admission.settle("success");
    return tokens;
  } catch (error) {
    const mask = createMask([...of.secrets, String(client.config[client.auth.clientSecret])], null);
    const failure = normalise(error, { pluginId, traffic, retrySafety: "safe", mask });
    admission.settle(healthOf(failure, traffic));
    throw failure;
  }
}
