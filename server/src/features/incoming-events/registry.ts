import type { SystemTx } from "../../platform/db/index.ts";

export interface IncomingEvent {
  /** UUID of our row. */
  id: string;
  plugin: string;
  mode: "live" | "test";
  /** The provider's own id of the event. */
  providerEventId: string;
  type: string;
  data: Readonly<Record<string, unknown>>;
  /** When it happened at the provider. Later events may have been processed already. */
  occurredAt: Date;
  receivedAt: Date;
  /** The request that brought it. */
  requestId: string;
}

/**
 * What a feature does about an event, in the transaction that finishes it: it happens once, or not at all. No calls to
 * the outside here; what takes long becomes a row of the feature's own work.
 */
export type IncomingProcessor = (tx: SystemTx, event: IncomingEvent) => Promise<void>;

export interface IncomingRegistry {
  on(plugin: string, type: string, process: IncomingProcessor): void;
  /** In the order of their subscription. */
  processorsOf(plugin: string, type: string): readonly IncomingProcessor[];
}

/** Who wants to hear of which events of which plugin; filled once, when the worker is wired. */
export function createIncomingRegistry(): IncomingRegistry {
  const processors = new Map<string, IncomingProcessor[]>();
  const key = (plugin: string, type: string) => `${plugin} ${type}`;
  return {
    on: (plugin, type, process) => {
      processors.set(key(plugin, type), [...(processors.get(key(plugin, type)) ?? []), process]);
    },
    processorsOf: (plugin, type) => processors.get(key(plugin, type)) ?? [],
  };
}
