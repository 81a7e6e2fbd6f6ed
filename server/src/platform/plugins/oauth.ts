import { exchangeCode, type OAuthClient, type OAuthTokens } from "@musicverse/plugin-kit";
import type { Dispatcher } from "undici";
import type { Logger } from "../log/index.ts";
import { callBounded } from "./call-function.ts";
import { PluginFailure } from "./failure.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Mode, Registered } from "./invoke.ts";
import { createMask } from "./mask.ts";
import { healthOf, normalise } from "./normalise.ts";
import type { CodeExchange } from "./plugin-host.ts";
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

/** The code of a callback → tokens; counts for the breaker like any other call. Rejects with PluginFailure only. */
export async function exchangeAt(
  client: OAuthClient,
  { entry, mode, signal, log }: { entry: Registered; mode: Mode; signal: AbortSignal; log: Logger },
  given: CodeExchange,
): Promise<OAuthTokens> {
  const { id: pluginId } = entry.plugin;
  const admission = entry.breakers[mode].admit();
  if (!admission.admitted) {
    const { retryAt } = admission;
    throw new PluginFailure("BREAKER_OPEN", `${pluginId} is resting after too many failures`, { pluginId, retryAt });
  }
  const traffic: Traffic = { sent: 1, unanswered: 0, succeeded: 0 };
  try {
    const tokens = await callBounded((within) => exchangeCode(client, { ...given, signal: within }), {
      signal,
      deadlineMs: DEADLINE_MS,
      onIgnoredAbort: () => log.warn({ plugin: pluginId }, "authorization code exchange ignores its abort signal"),
    });
    admission.settle("success");
    return tokens;
  } catch (error) {
    const secrets = [given.code, given.codeVerifier, String(client.config[client.auth.clientSecret])];
    const failure = normalise(error, { pluginId, traffic, repeat: "idempotent", mask: createMask(secrets, null) });
    admission.settle(healthOf(failure, traffic));
    throw failure;
  }
}
