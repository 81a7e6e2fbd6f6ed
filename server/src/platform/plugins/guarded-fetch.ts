import type { Dispatcher } from "undici";
import { exchange } from "./exchange.ts";
import { asPluginError } from "./plugin-http.ts";
import { destinationFor, type Target } from "./target.ts";

export interface Sending {
  dispatcherFor: (origin: string) => Dispatcher;
  signal: AbortSignal | null;
  timeoutMs: number;
  bytesMax: number;
}

/** fetch for a library that speaks to a plugin's provider, under the rules of `ctx.http`. Rejects with PluginError. */
export function guardedFetch(
  target: Target,
  { dispatcherFor, signal, timeoutMs, bytesMax: maxBytes }: Sending,
): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const stop = signal ? AbortSignal.any([signal, request.signal]) : request.signal;
    const destination = destinationFor(target, new URL(request.url));
    const body = await request.text();
    try {
      const { status, headers, bytes } = await exchange(dispatcherFor(destination.origin), {
        origin: destination.origin,
        path: destination.pathname + destination.search,
        method: request.method,
        headers: { ...Object.fromEntries(request.headers), "accept-encoding": "identity" },
        body: body === "" ? null : body,
        timeoutMs,
        maxBytes,
        signal: stop,
      });
      return new Response(bytes.length > 0 ? Buffer.from(bytes) : null, { status, headers });
    } catch (error) {
      throw stop.aborted ? stop.reason : asPluginError(error, destination.host);
    }
  };
}
