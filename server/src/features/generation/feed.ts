import { EventEmitter } from "node:events";
import type { Database } from "../../platform/db/index.ts";

const CHANNEL = "generation_changed";

export type GenerationChange = "changed" | "canceled";

/** Tells this process's listeners that a generation changed; they read the row to see how. */
export interface GenerationFeed {
  /** Calls `listener` on every change of one generation, and when changes may have been missed. Returns the way out. */
  subscribe(generationId: string, listener: (change: GenerationChange) => void): () => void;
  close(): void;
}

/** One LISTEN for the whole process, however many streams are open. */
export function createGenerationFeed(db: Pick<Database, "listen">): GenerationFeed {
  const emitter = new EventEmitter().setMaxListeners(0);
  const stop = db.listen(
    CHANNEL,
    (payload) => {
      const [generationId = "", change] = payload.split(" ");
      emitter.emit(generationId, change);
    },
    () => emitter.eventNames().forEach((generationId) => emitter.emit(generationId, "changed")),
  );
  return {
    subscribe: (generationId, listener) => {
      emitter.on(generationId, listener);
      return () => void emitter.off(generationId, listener);
    },
    close: stop,
  };
}

/** Said in the changing transaction: heard when, and only when, it commits. */
export function announce(
  tx: { notify(channel: string, payload: string): Promise<void> },
  generationId: string,
  change: GenerationChange = "changed",
): Promise<void> {
  return tx.notify(CHANNEL, `${generationId} ${change}`);
}
