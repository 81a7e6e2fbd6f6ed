import type { RequestListener } from "node:http";
import type { SimulatorStore } from "./store.ts";

/** How a plugin points at its simulator: nothing is loaded before the first sandbox account needs it. */
export interface SimulatorReference {
  /** The settings under which the plugin talks to a simulator at `origin` ("http://127.0.0.1:4010"). */
  readonly config: (origin: string, secrets: SimulatorSecrets) => Readonly<Record<string, string>>;
  /** Usually `async () => (await import("./simulator/index.ts")).createMySimulator`. */
  readonly load: () => Promise<SimulatorFactory>;
}
/** Made by the host for this deployment alone: what is written in a package, everybody knows. */
export interface SimulatorSecrets {
  /** `whsec_` and base64. Signs what the simulator sends to `POST /hooks/{plugin}`. */
  readonly webhookSecret: string;
}

export type SimulatorFactory = (options?: SimulatorOptions) => Simulator;

export interface SimulatorOptions {
  /**
   * How long work takes: milliseconds of latency per unit of asked work are up to the simulator; this scales them.
   * 1 = like the provider, shortened to a few seconds; 0 = at once (tests).
   */
  latency?: number;
  /** Where it keeps what must outlive the process and be the same in all of them. Default: memory. */
  store?: SimulatorStore;
  /** What it takes for the time. Default: the real one. */
  now?: () => Date;
  /** `whsec_` and base64: signs what it sends. Without it, it sends nothing. */
  webhookSecret?: string;
  /** Asked each time, because a process knows it only once it listens. */
  surroundings?: () => SimulatorSurroundings;
}

/** Where a simulator is, for those who do not reach its own address. */
export interface SimulatorSurroundings {
  /** The address under which browsers reach `pages`; null: its own. */
  pagesUrl: string | null;
  /** Where its webhooks go; null: they wait. */
  hooksUrl: string | null;
}

export interface Simulator {
  /** An Express app, or anything else that answers requests. */
  readonly app: RequestListener;
  readonly control: SimulatorControl;
  /** Only what people see in a browser, for a server that shows it under its own address. */
  readonly pages?: RequestListener;
  /** Ends what it does by itself. */
  close?(): Promise<void>;
}

/** The wrong turns that every simulator can take; a simulator adds its provider's own. */
export type CommonFault =
  /** 429 with Retry-After. */
  | "rate_limit"
  /** 500. */
  | "server_error"
  /** 502, after the work was done. */
  | "bad_gateway"
  /** 503. */
  | "unavailable"
  /** Takes the request and never answers. */
  | "hang"
  /** Does the work, then cuts the connection in the middle of the answer. */
  | "truncate"
  /** Does the work, sends the first half of the answer and then nothing more. */
  | "stall"
  /** Takes the request and cuts the connection. */
  | "drop"
  /** 200 with an answer that is not JSON. */
  | "garbage";

export interface FaultOrder {
  /** A CommonFault, or one of the simulator's own. */
  fault: string;
  /** How many requests it meets; left out: all until `clear`. */
  times?: number;
  /** For `rate_limit`. Default 1. */
  retryAfterSeconds?: number;
}

export interface SimulatorControl {
  /** The next requests go wrong in this way. Orders queue up. Throws on a fault that this simulator does not know. */
  fail(order: FaultOrder): void;
  /** Forgets all ordered faults and lets hanging requests go. */
  clear(): void;
  setLatency(latency: number): void;
  /** Requests taken since the start, by "METHOD /path", faulty ones included. */
  calls(): Readonly<Record<string, number>>;
  /** Pieces of work done (and, at the real provider, billed), by name. */
  effects(): Readonly<Record<string, number>>;
}
