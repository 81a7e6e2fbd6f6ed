import { PluginError } from "../errors.ts";
import { bodyOf } from "../http-rules.ts";
import { startSimulator, type RunningSimulator } from "../simulator/start-simulator.ts";
import type { SimulatorReference } from "../simulator/types.ts";
import type { Upstream } from "./run.ts";

/** A fresh simulator on loopback that works at once. */
export async function startedFor(reference: SimulatorReference): Promise<RunningSimulator> {
  const create = await reference.load();
  return startSimulator(create({ latency: 0 }));
}

/** Sends requests for real. Only good enough for tests: no guard, no limits. */
export const overHttp: Upstream = async (request, signal) => {
  const { method, url, headers } = request;
  const wanted = bodyOf(request);
  const body = wanted instanceof Uint8Array ? Buffer.from(wanted) : wanted;
  try {
    const response = await fetch(url, { method, headers, body, signal, redirect: "manual" });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, headers: Object.fromEntries(response.headers), bytes };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new PluginError("NETWORK", "no answer", { cause: error });
  }
};
