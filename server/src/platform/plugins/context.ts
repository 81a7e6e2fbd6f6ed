import type { PluginContext } from "@musicverse/plugin-kit";
import type { Dispatcher } from "undici";
import type { Clock } from "../clock/index.ts";
import type { Logger } from "../log/index.ts";
import type { PluginCache } from "./kv.ts";
import type { LoadedPlugin } from "./load-plugin.ts";
import { maskFields, type Mask } from "./mask.ts";
import type { PluginCall } from "./plugin-host.ts";
import { createPluginHttp, type Traffic } from "./plugin-http.ts";
import type { Target } from "./target.ts";

export interface ContextDeps {
  entry: LoadedPlugin;
  dispatcherFor: (origin: string) => Dispatcher;
  cache: PluginCache;
  clock: Clock;
  log: Logger;
}
interface ContextOfCall {
  call: PluginCall;
  target: Target;
  traffic: Traffic;
  signal: AbortSignal;
  mask: Mask;
  /** Whether `ctx.http` sends anything. */
  network: boolean;
  /** Of the person for whom the call is made; null: the plugin works with the operator's own credential. */
  accessToken: string | null;
}

/** Everything a plugin function is given for one call. */
export function contextFor({ entry, dispatcherFor, cache, clock, log }: ContextDeps, of: ContextOfCall): PluginContext {
  const { call, target, traffic, signal, mask, network, accessToken } = of;
  const { plugin } = entry;
  let progress = 0;
  const line = (level: "debug" | "info" | "warn" | "error") => (message: string, fields?: Record<string, unknown>) =>
    log[level](
      { plugin: plugin.id, request_id: call.requestId, ...(fields && { fields: maskFields(fields, mask) }) },
      mask(message),
    );
  return {
    account: call.account,
    config: target.config,
    http: createPluginHttp({
      plugin,
      target,
      traffic,
      signal,
      clock,
      network,
      dispatcherFor,
      requestId: call.requestId,
      accessToken,
      keepFile: call.keepFile ?? null,
    }),
    log: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
    signal,
    clock,
    idempotencyKey: call.idempotencyKey,
    emitProgress(fraction) {
      if (!(fraction > progress) || signal.aborted) return;
      progress = Math.min(1, fraction);
      call.onProgress?.(progress);
    },
    kv: cache.scopedTo(plugin.id, call.account.id),
  };
}
