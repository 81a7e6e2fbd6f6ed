import { Counter, type Registry } from "prom-client";
import { ProblemError } from "../../platform/http/problem.ts";

export interface IncomingMetrics {
  /** A webhook that was not taken: its error, whatever it is. */
  refused(plugin: string, error: unknown): void;
}

/** All that stays of a webhook whose signature is wrong, missing or old, besides a line in the log. */
export function createIncomingMetrics(registry: Registry): IncomingMetrics {
  const refused = new Counter({
    name: "musicverse_incoming_events_refused_total",
    help: "Webhooks of providers that were not taken, by the code of the refusal. They leave no row.",
    labelNames: ["plugin", "code"],
    registers: [registry],
  });
  return {
    refused: (plugin, error) => {
      // A name that no plugin has is anybody's invention, and would be a label of its own each.
      if (error instanceof ProblemError && error.code !== "not_found") refused.inc({ plugin, code: error.code });
    },
  };
}
