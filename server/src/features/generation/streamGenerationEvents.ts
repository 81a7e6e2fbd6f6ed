import type { Handler } from "../../platform/http/operation.ts";
import type { Database } from "../../platform/db/index.ts";
import type { GenerationFeed } from "./feed.ts";
import { readGeneration } from "./getGeneration.ts";
import { presentGeneration } from "./present.ts";
import type { GenerationDeps } from "./deps.ts";
import { isFinal, type GenerationStatus } from "./states.ts";
import { selectGeneration, type GenerationRow } from "./store.ts";

/** A comment line this often keeps proxies from closing a quiet stream, and is when the row is looked at anyway. */
const KEEP_ALIVE_MS = 10_000;

/**
 * Server-sent events: each is the whole generation as it is now, with its revision as the event's id. A client that comes
 * back with `Last-Event-ID` gets the present state if it has changed since; the stream ends with the generation. (GEN-03)
 */
export const streamGenerationEvents =
  ({ db, feed }: Pick<GenerationDeps, "db" | "feed">): Handler<"streamGenerationEvents"> =>
  async ({ principal, path, headers, signal }) => {
    const row = await readGeneration(db, principal.accountId, path.generation_id);
    const lastSeen = Number.parseInt(String(headers["last-event-id"] ?? "0"), 10) || 0;
    return {
      status: 200,
      headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
      stream: snapshots({ db, feed, row, lastSeen, signal }),
    };
  };

async function* snapshots({ db, feed, row, lastSeen, signal }: {
  db: Database;
  feed: GenerationFeed;
  row: GenerationRow;
  lastSeen: number;
  signal: AbortSignal;
}): AsyncGenerator<string> {
  let changed = Promise.withResolvers<void>();
  const wake = () => changed.resolve();
  const unsubscribe = feed.subscribe(row.id, wake);
  signal.addEventListener("abort", wake);
  try {
    let sent = lastSeen;
    let status: GenerationStatus | null = null;
    // The first look comes after subscribing, so no change falls between the two.
    for (let current = await look(db, row); current && !signal.aborted; current = await look(db, row)) {
      if (current.revision > sent) {
        yield frame(current.status === status ? "progress" : "status", current);
        sent = current.revision;
        status = current.status;
      } else {
        yield ": keep-alive\n\n";
      }
      if (isFinal(current.status)) return;
      const timer = setTimeout(wake, KEEP_ALIVE_MS);
      await changed.promise;
      clearTimeout(timer);
      changed = Promise.withResolvers<void>();
    }
  } finally {
    unsubscribe();
    signal.removeEventListener("abort", wake);
  }
}

async function look(db: Database, { account_id, id }: GenerationRow): Promise<GenerationRow | undefined> {
  const [row] = await db.readTenant<GenerationRow>(account_id, selectGeneration(account_id, id));
  return row;
}

function frame(event: "status" | "progress", row: GenerationRow): string {
  return `id: ${row.revision}\nevent: ${event}\ndata: ${JSON.stringify(presentGeneration(row))}\n\n`;
}
