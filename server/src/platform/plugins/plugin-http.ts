import {
  PluginError,
  retryAtFromHeaders,
  type AnyPlugin,
  type HttpRequest,
  type HttpResponse,
  type PluginHttp,
} from "@musicverse/plugin-kit";
import type { Dispatcher } from "undici";
import type { Clock } from "../clock/index.ts";
import { EgressError } from "../egress/index.ts";
import { exchange, ExchangeError, type Answer } from "./exchange.ts";
import { mayReach, type Target } from "./target.ts";

const timeoutDefaultMs = 30_000;
const bytesDefault = 10 * 1024 * 1024;
/** The host's own business: a plugin that set them could reach another server or smuggle a second request. */
const reservedHeaders = new Set(["host", "connection", "content-length", "transfer-encoding", "upgrade", "expect"]);

/** What a call has sent that may have changed something at the provider; decides whether its outcome is unknown. */
export interface Traffic {
  sent: number;
  unanswered: number;
  succeeded: number;
}

export interface PluginHttpDeps {
  plugin: AnyPlugin;
  target: Target;
  traffic: Traffic;
  signal: AbortSignal;
  clock: Clock;
  dispatcherFor: (origin: string) => Dispatcher;
}

/** `ctx.http` for one call. */
export function createPluginHttp(deps: PluginHttpDeps): PluginHttp {
  const { plugin, target, traffic, signal, clock } = deps;
  return {
    async request(request) {
      const url = URL.parse(request.url);
      if (!url) throw new PluginError("PERMANENT", "the plugin asked for something that is no URL");
      if (!mayReach(target, url)) {
        throw new PluginError("PERMANENT", `${url.origin} is not among the hosts that ${plugin.id} declares or has configured`);
      }
      const changes = request.method !== "GET";
      const body = request.json === undefined ? (request.body ?? null) : JSON.stringify(request.json);
      const options = {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: headersFor(plugin, target, request, url),
        body,
        timeoutMs: request.timeoutMs ?? timeoutDefaultMs,
        maxBytes: request.maxBytes ?? bytesDefault,
        signal,
      };
      traffic.sent += 1;
      if (changes) traffic.unanswered += 1;
      try {
        const answer = await exchange(deps.dispatcherFor(url.origin), options);
        if (changes) traffic.unanswered -= 1;
        if (changes && answer.status < 300) traffic.succeeded += 1;
        return present(answer, clock);
      } catch (error) {
        if (changes && error instanceof ExchangeError && !error.sent) traffic.unanswered -= 1;
        throw signal.aborted ? signal.reason : asPluginError(error, url.host);
      }
    },
  };
}

function headersFor(plugin: AnyPlugin, target: Target, request: HttpRequest, url: URL): Record<string, string> {
  const own = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers: Record<string, string> = {
    accept: "application/json",
    // Answers are read as they come: no unpacking, so no bombs.
    "accept-encoding": "identity",
    "user-agent": `MusicVerse (plugin ${plugin.id} ${plugin.version})`,
    ...(request.json !== undefined && { "content-type": "application/json" }),
    ...Object.fromEntries(own.filter(([name]) => !reservedHeaders.has(name))),
  };
  const { auth } = plugin;
  if (!auth || request.credential === false) return headers;
  const home = auth.onlyTo === null ? url.origin : new URL(String(target.config[auth.onlyTo])).origin;
  if (home === url.origin) headers[auth.header] = `${auth.prefix}${String(target.config[auth.field])}`;
  return headers;
}

function present({ status, headers, bytes }: Answer, clock: Clock): HttpResponse {
  const text = (): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  return {
    status,
    headers,
    bytes,
    retryAt: retryAtFromHeaders(headers, clock.now()),
    text,
    json() {
      try {
        return JSON.parse(text()) as unknown;
      } catch {
        const type = headers["content-type"] ?? "of no type";
        throw new PluginError("UPSTREAM", `the answer is not JSON: ${bytes.length} bytes ${type}`, { upstream: { status } });
      }
    },
  };
}

function asPluginError(error: unknown, host: string): PluginError {
  const cause = error instanceof ExchangeError ? error.cause : error;
  if (cause instanceof EgressError && cause.code === "refused_address") {
    return new PluginError("PERMANENT", `${host} has an address that may not be reached`, { cause: error });
  }
  if (error instanceof ExchangeError && error.tooLarge) return new PluginError("UPSTREAM", error.message, { cause: error });
  return new PluginError("NETWORK", `${host}: ${error instanceof Error ? error.message : "no answer"}`, { cause: error });
}
