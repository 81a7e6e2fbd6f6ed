import { EventEmitter } from "node:events";
import type { Database } from "../../platform/db/index.ts";

const CHANNEL = "generation_changed";

/** `closed`: nothing more will be heard, because this process stops. */
export type GenerationChange = "changed" | "canceled" | "closed";

/** Tells this process's listeners that a generation changed; they read the row to see how. */
export interface GenerationFeed {
  /** Calls `listener` on every change of one generation, and when changes may have been missed. Returns the way out. */
  subscribe(generationId: string, listener: (change: GenerationChange) => void): () => void;
  /** Tells all listeners, and those that come later, that this process answers no more; work that goes on still hears of changes. */
  endStreams(): void;
  close(): void;
}

/** One LISTEN for the whole process, however many streams are open. */
export function createGenerationFeed(db: Pick<Database, "listen">): GenerationFeed {
  const emitter = new EventEmitter().setMaxListeners(0);
  const tellAll = (change: GenerationChange) =>
    emitter.eventNames().forEach((generationId) => emitter.emit(generationId, change));
  let closed = false;
  const stop = db.listen(
    CHANNEL,
    (payload) => {
      const [generationId = "", change] = payload.split(" ");
      emitter.emit(generationId, change);
    },
    () => tellAll("changed"),
  );
  const endStreams = () => {
    closed = true;
    tellAll("closed");
  };
  return {
    subscribe: (generationId, listener) => {
      emitter.on(generationId, listener);
      if (closed) listener("closed");
      return () => void emitter.off(generationId, listener);
    },
    endStreams,
    close: () => {
      endStreams();
      stop();
    },
  };
}

/** Said in the changing transaction: heard when, and only when, it commits. */
export function announce(
  tx: { notify(channel: string, payload: string): Promise<void> },
  generationId: string,
  change: GenerationChange = "changed",
): Promise<void> {
  const { channel, payload } = announcementOf(generationId, change);
  return tx.notify(channel, payload);
}

/** The same for a statement that notifies by itself. */
export const announcementOf = (
  generationId: string,
  change: GenerationChange = "changed",
): { channel: string; payload: string } => ({ channel: CHANNEL, payload: `${generationId} ${change}` });
