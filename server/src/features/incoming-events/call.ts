import type { PluginCall } from "../../platform/plugins/index.ts";

/** A webhook is verified and read before anybody knows whose it is: the call is made for no account. */
export function callOf(mode: "live" | "test", piece: string, requestId: string, signal: AbortSignal): PluginCall {
  return { account: { id: "none", mode }, signal, idempotencyKey: piece, requestId };
}
