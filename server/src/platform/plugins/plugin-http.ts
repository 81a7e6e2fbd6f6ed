import {
  bodyOf,
  destinationOf,
  headersFor,
  httpResponse,
  PluginError,
  type AnyPlugin,
  type HttpRequest,
  type HttpResponse,
  type PluginHttp,
  type StoredFile,
} from "@musicverse/plugin-kit";
import type { Dispatcher } from "undici";
import type { Clock } from "../clock/index.ts";
import { EgressError } from "../egress/index.ts";
import { exchange, ExchangeError, FileError, type Keep } from "./exchange.ts";
import type { KeepFile } from "./files.ts";
import type { Target } from "./target.ts";

const TIMEOUT_DEFAULT_MS = 30_000;
const STALL_DEFAULT_MS = 30_000;
const BYTES_DEFAULT = 10 * 1024 * 1024;
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
  requestId: string | undefined;
  /** Of the person for whom the call is made; null: the plugin works with the operator's own credential. */
  accessToken: string | null;
  /** False: every request is refused. */
  network: boolean;
  dispatcherFor: (origin: string) => Dispatcher;
  /** Null: nothing can be downloaded. */
  keepFile: KeepFile | null;
}

/** `ctx.http` for one call. */
export function createPluginHttp(deps: PluginHttpDeps): PluginHttp {
  const { plugin, target, traffic, signal, clock } = deps;
  const send = async (request: HttpRequest, keep?: Keep): Promise<HttpResponse> => {
    const url = URL.parse(request.url);
    if (!url) throw new PluginError("PERMANENT", "the plugin asked for something that is no URL");
    const destination = deps.network ? destinationOf(target, url) : null;
    if (!destination) {
      throw new PluginError(
        "PERMANENT",
        deps.network
          ? `${url.origin} is not among the hosts that ${plugin.id} declares or has configured`
          : "this function has no network: the host refuses its requests",
      );
    }
    const changes = request.method !== "GET";
    const options = {
      origin: destination.origin,
      path: destination.pathname + destination.search,
      method: request.method,
      headers: {
        ...headersFor(plugin, target.config, request, url, deps.accessToken),
        ...(deps.requestId !== undefined && { "x-request-id": deps.requestId }),
      },
      body: bodyOf(request),
      timeoutMs: request.timeoutMs ?? TIMEOUT_DEFAULT_MS,
      stallMs: request.stallMs ?? STALL_DEFAULT_MS,
      maxBytes: keep ? BYTES_DEFAULT : (request.maxBytes ?? BYTES_DEFAULT),
      signal,
      ...(keep && { keep }),
    };
    traffic.sent += 1;
    if (changes) traffic.unanswered += 1;
    try {
      const answer = await exchange(deps.dispatcherFor(destination.origin), options);
      if (changes) traffic.unanswered -= 1;
      if (changes && answer.status < 300) traffic.succeeded += 1;
      return httpResponse(answer, clock.now());
    } catch (error) {
      if (changes && error instanceof ExchangeError && !error.sent) traffic.unanswered -= 1;
      throw signal.aborted ? signal.reason : asPluginError(error, url.host);
    }
  };
  return {
    request: (request) => send(request),
    async download(request) {
      const { keepFile } = deps;
      if (!keepFile) throw new PluginError("PERMANENT", "this function has nowhere to keep a download");
      let file: StoredFile | null = null;
      const { maxBytes } = request;
      const response = await send(request, {
        statuses: [200, 206],
        maxBytes,
        store: async (answer, headers) => {
          file = await keepFile(answer, { type: headers["content-type"] ?? "", maxBytes });
        },
      });
      return { ...response, file };
    },
  };
}

/** What went wrong on the way, in the words of the kit. */
export function asPluginError(error: unknown, host: string): unknown {
  // Ours or the plugin's, and no fault of the provider.
  if (error instanceof TypeError) return error;
  if (error instanceof FileError) return new PluginError("NETWORK", error.message, { cause: error });
  const cause = error instanceof ExchangeError ? error.cause : error;
  if (cause instanceof EgressError && cause.code === "refused_address") {
    return new PluginError("PERMANENT", `${host} has an address that may not be reached`, { cause: error });
  }
  if (error instanceof ExchangeError && error.tooLarge)
    return new PluginError("UPSTREAM", error.message, { cause: error });
  return new PluginError("NETWORK", `${host}: ${error instanceof Error ? error.message : "no answer"}`, {
    cause: error,
  });
}
