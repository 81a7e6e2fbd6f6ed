import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { Database } from "../../platform/db/index.ts";
import type { GenerationChange, GenerationFeed } from "./feed.ts";
import { readGeneration } from "./getGeneration.ts";
import { presentGeneration } from "./present.ts";
import type { GenerationDeps } from "./deps.ts";
import { isFinal, type GenerationStatus } from "./states.ts";
import { selectGeneration, type GenerationRow } from "./store.ts";

/** A comment line this often keeps proxies from closing a quiet stream, and is when the row is looked at anyway. */
const KEEP_ALIVE_MS = 10_000;

/** Streams of one account at once in this process: each looks at its row with every change, so they are not for free. */
const STREAMS_MAX = 100;

/**
 * Server-sent events: each is the whole generation as it is now, with its revision as the event's id. A client that comes
 * back with `Last-Event-ID` gets the present state if it has changed since; the stream ends with the generation, or with this process.
 */
export const streamGenerationEvents = ({
  db,
  feed,
}: Pick<GenerationDeps, "db" | "feed">): Handler<"streamGenerationEvents"> => {
  const seats = createSeats(STREAMS_MAX);
  return async ({ principal, path, headers, signal }) => {
    const row = await readGeneration(db, principal.accountId, path.generation_id);
    seats.take(principal.accountId, signal);
    const lastSeen = Number.parseInt(String(headers["last-event-id"] ?? "0"), 10) || 0;
    return {
      status: 200,
      headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
      stream: snapshots({ db, feed, row, lastSeen, signal }),
    };
  };
};

/** Counts what an account has open; `signal` gives the seat back when its caller has gone or has got everything. */
function createSeats(max: number): { take(accountId: string, signal: AbortSignal): void } {
  const taken = new Map<string, number>();
  return {
    take(accountId, signal) {
      const others = taken.get(accountId) ?? 0;
      if (others >= max) {
        const detail = `This account has ${max} event streams open here, the most it may have. Close one, or use webhooks.`;
        throw new ProblemError("rate_limited", { detail, headers: { "Retry-After": "10" } });
      }
      if (signal.aborted) return;
      taken.set(accountId, others + 1);
      signal.addEventListener(
        "abort",
        () => {
          const left = (taken.get(accountId) ?? 1) - 1;
          if (left > 0) taken.set(accountId, left);
          else taken.delete(accountId);
        },
        { once: true },
      );
    },
  };
}

async function* snapshots({
  db,
  feed,
  row,
  lastSeen,
  signal,
}: {
  db: Database;
  feed: GenerationFeed;
  row: GenerationRow;
  lastSeen: number;
  signal: AbortSignal;
}): AsyncGenerator<string> {
  let changed = Promise.withResolvers<void>();
  const over = new AbortController();
  const wake = () => changed.resolve();
  const end = () => {
    over.abort();
    wake();
  };
  if (signal.aborted) end();
  const unsubscribe = feed.subscribe(row.id, (change: GenerationChange) => (change === "closed" ? end() : wake()));
  signal.addEventListener("abort", end);
  try {
    let sent = lastSeen;
    let status: GenerationStatus | null = null;
    // The first look comes after subscribing, so no change falls between the two.
    for (let current = await look(db, row); current && !over.signal.aborted; current = await look(db, row)) {
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
    signal.removeEventListener("abort", end);
  }
}

async function look(db: Database, { account_id, id }: GenerationRow): Promise<GenerationRow | undefined> {
  const [row] = await db.readTenant<GenerationRow>(account_id, selectGeneration(account_id, id));
  return row;
}

function frame(event: "status" | "progress", row: GenerationRow): string {
  return `id: ${row.revision}\nevent: ${event}\ndata: ${JSON.stringify(presentGeneration(row))}\n\n`;
}
