import express, { type Express } from "express";
import { FaultQueue, type FaultAnswer } from "./faults.ts";
import type { FaultOrder, Simulator, SimulatorOptions } from "./types.ts";

/** What a simulator's routes are given. */
export interface SimulatorKit {
  app: Express;
  /** Counts a piece of work that the real provider would bill. */
  effect(name: string): void;
  /** Waits as long as the provider would take for work of `ms`; scaled by the configured latency, 0 in tests. */
  work(ms: number): Promise<void>;
}

/**
 * An in-memory provider: JSON bodies, counted calls, faults by header `x-sim-fault` or order, and the control door
 * `GET /_sim/calls`, `POST /_sim/faults`, `DELETE /_sim/faults` for tests in other processes.
 */
export function createSimulator(
  { latency = 1 }: SimulatorOptions,
  routes: (kit: SimulatorKit) => void,
  { faults: own = {}, bodyLimit = "1mb" }: { faults?: Record<string, FaultAnswer>; bodyLimit?: string } = {},
): Simulator {
  const app = express();
  const faults = new FaultQueue(own);
  const calls = new Map<string, number>();
  const effects = new Map<string, number>();
  let scale = latency;

  const control = {
    fail: (order: FaultOrder) => faults.add(order),
    clear: () => faults.clear(),
    setLatency: (value: number) => void (scale = value),
    calls: () => Object.fromEntries(calls),
    effects: () => Object.fromEntries(effects),
  };

  app.disable("x-powered-by");
  app.get(
    "/_sim/calls",
    (_request, response) => void response.json({ calls: control.calls(), effects: control.effects() }),
  );
  app.post("/_sim/faults", express.json(), (request, response) => {
    try {
      faults.add(request.body as FaultOrder);
      response.status(204).end();
    } catch (error) {
      response.status(400).json({ error: error instanceof Error ? error.message : "no such fault" });
    }
  });
  app.delete("/_sim/faults", (_request, response) => {
    faults.clear();
    response.status(204).end();
  });

  app.use((request, _response, next) => {
    count(calls, `${request.method} ${request.path}`);
    next();
  });
  app.use(
    express.json({ limit: bodyLimit }),
    express.urlencoded({ extended: false, limit: bodyLimit }),
    faults.middleware,
  );
  routes({
    app,
    effect: (name) => count(effects, name),
    work: (ms) => (ms * scale > 0 ? new Promise((resolve) => void setTimeout(resolve, ms * scale)) : Promise.resolve()),
  });
  return { app, control };
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
