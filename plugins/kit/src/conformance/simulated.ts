import assert from "node:assert/strict";
import { PluginError } from "../errors.ts";
import { bodyOf, egressOf } from "../http-rules.ts";
import { authorizationUrl, exchangeCode, newCodeVerifier, type OAuthClient } from "../oauth-client.ts";
import { parseConfig } from "../parse-config.ts";
import { startSimulator, type RunningSimulator } from "../simulator/start-simulator.ts";
import type { SimulatorReference } from "../simulator/types.ts";
import { bytesOf } from "./files.ts";
import type { Call, Upstream } from "./run.ts";
import type { Subject } from "./subject.ts";

/** A fresh simulator on loopback that works at once. */
export async function startedFor(reference: SimulatorReference): Promise<RunningSimulator> {
  const create = await reference.load();
  return startSimulator(create({ latency: 0 }));
}

/** Sends requests for real. Only good enough for tests: no guard, no limits. */
const overHttp: Upstream = async (request, signal) => {
  const { method, url, headers } = request;
  const body = await bytesOf(bodyOf(request));
  try {
    const response = await fetch(url, { method, headers, body, signal, redirect: "manual" });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, headers: Object.fromEntries(response.headers), bytes };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new PluginError("NETWORK", "no answer", { cause: error });
  }
};

const secrets = { webhookSecret: "whsec_c2ltdWxhdG9yIG9mIHRoZSBzdWl0ZQ==" };

/** How to call the plugin with its simulator behind it; with OAuth, as a person who has agreed. */
export async function simulatedCall({ plugin }: Subject, reference: SimulatorReference, origin: string): Promise<Call> {
  const config = { ...reference.config(origin, secrets) };
  const call: Call = { upstream: overHttp, config, standIn: origin };
  const client = oauthClient({ plugin }, config, origin);
  if (!client) return call;
  const { code, codeVerifier } = await agreed(client);
  const { accessToken } = await exchangeCode(client, { code, codeVerifier, redirectUri });
  return { ...call, accessToken };
}

/** Null for a plugin without OAuth. */
export function oauthClient(
  { plugin }: Pick<Subject, "plugin">,
  raw: Record<string, string>,
  origin: string,
): OAuthClient | null {
  if (plugin.auth?.kind !== "oauth2") return null;
  const { config } = parseConfig(plugin, raw);
  const egress = { ...egressOf(plugin, config), standIn: origin };
  const standIn = (url: string): URL => new URL(new URL(url).pathname + new URL(url).search, origin);
  const send: typeof fetch = (url, init) => fetch(standIn(url instanceof Request ? url.url : String(url)), init);
  return { auth: plugin.auth, config, egress, fetch: send };
}

/** Nobody listens there: the suite reads where the browser would go. */
export const redirectUri = "http://127.0.0.1:65002/callback";

/** A person says yes on the simulator's page. */
export async function agreed(
  client: OAuthClient,
): Promise<{ code: string; codeVerifier: string; state: string; back: URL }> {
  const [codeVerifier, state] = [newCodeVerifier(), newCodeVerifier()];
  const page = await authorizationUrl(client, { redirectUri, state, codeVerifier, scopes: client.auth.scopes });
  const form = new URLSearchParams({ login: "listener@example.com", decision: "allow" });
  const response = await fetch(page, { method: "POST", body: form, redirect: "manual" });
  const location = response.headers.get("location");
  assert.ok(location, `the page of agreement answered ${response.status} without sending the browser on`);
  const back = new URL(location);
  return { code: back.searchParams.get("code") ?? "", codeVerifier, state, back };
}
