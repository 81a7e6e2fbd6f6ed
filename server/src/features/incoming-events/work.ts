import { createBackoff, defineLeasedWork, type WorkKind } from "../../platform/work/index.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { PluginFailure } from "../../platform/plugins/index.ts";
import { callOf } from "./call.ts";
import type { IncomingEventsDeps } from "./deps.ts";
import type { IncomingEvent, IncomingRegistry } from "./registry.ts";
import { openDelivery } from "./sealed-delivery.ts";
import { incomingEventKind, incomingEventLeases, type IncomingEventClaim } from "./store.ts";

export interface IncomingWorkDeps extends Pick<IncomingEventsDeps, "db" | "clock" | "keyRing" | "plugins"> {
  registry: IncomingRegistry;
  leaseMs: number;
}

const CONCURRENCY = 10;
/** Tries in all: the last one about five hours after the first. */
const ATTEMPTS_MAX = 10;
const backoff = createBackoff({ firstMs: 1_000, factor: 4, maxMs: 2 * HOUR_MS, jitter: 0 });
/** Of a failure's text; the column is for people. */
const ERROR_LENGTH_MAX = 500;

/** Whoever tried it died of it, or was stopped, each time. */
class NeverEnded extends Error {
  constructor() {
    super(`NEVER_ENDED: ${ATTEMPTS_MAX} tries began and none ended; the event may be what its workers died of`);
    this.name = "NeverEnded";
  }
}

/** Processes what providers sent: each event's effects happen once, in the transaction that finishes it. */
export function incomingEventWork(deps: IncomingWorkDeps): WorkKind<IncomingEventClaim> {
  const { db, clock, leaseMs } = deps;
  const leases = incomingEventLeases(clock);
  return defineLeasedWork({
    name: incomingEventKind,
    db,
    leases,
    concurrency: CONCURRENCY,
    leaseMs,
    async run(claim, { signal, log }) {
      try {
        if (claim.attempts > ATTEMPTS_MAX) throw new NeverEnded();
        await process(deps, leases, claim, signal);
      } catch (error) {
        // Stopped, not failed: whoever claims it next does it.
        if (signal.aborted) throw error;
        const failure = await recordFailure(deps, leases, claim, error);
        log.warn(
          { err: error, plugin: claim.plugin, provider_event_id: claim.provider_event_id, ...failure },
          "incoming event processing failed",
        );
      }
    },
  });
}

type EventLeases = ReturnType<typeof incomingEventLeases>;

async function process(
  { db, clock, keyRing, plugins, registry }: IncomingWorkDeps,
  leases: EventLeases,
  claim: IncomingEventClaim,
  signal: AbortSignal,
): Promise<void> {
  const { id, plugin, mode } = claim;
  const delivery = openDelivery(keyRing, id, claim.delivery);
  const read = await plugins.invoke(
    plugin,
    "webhooks",
    "normalize",
    callOf(mode, id, claim.request_id, signal),
    delivery,
  );
  const processors = read ? registry.processorsOf(plugin, read.type) : [];
  await db.asSystem("process an incoming event: its processors know whose it is", async (tx) => {
    const end = {
      status: "processed",
      type: read?.type ?? null,
      finished_at: clock.now(),
      due_at: null,
      last_error: null,
    };
    if (!(await leases.finish(tx, claim, end))) throw new Error("the lease of the incoming event was lost");
    for (const processor of processors) if (read) await processor(tx, eventOf(claim, read));
  });
}

function eventOf(claim: IncomingEventClaim, read: Pick<IncomingEvent, "type" | "data">): IncomingEvent {
  return {
    id: claim.id,
    plugin: claim.plugin,
    mode: claim.mode,
    providerEventId: claim.provider_event_id,
    type: read.type,
    data: read.data,
    occurredAt: claim.occurred_at,
    receivedAt: claim.received_at,
    requestId: claim.request_id,
  };
}

async function recordFailure(
  { db, clock }: IncomingWorkDeps,
  leases: EventLeases,
  claim: IncomingEventClaim,
  failure: unknown,
) {
  const at = clock.now();
  const dead = claim.attempts >= ATTEMPTS_MAX;
  const error = describe(failure).slice(0, ERROR_LENGTH_MAX);
  await db.asSystem("an incoming event was not processed", (tx) =>
    dead
      ? leases.finish(tx, claim, { status: "dead", last_error: error, due_at: null, finished_at: at })
      : leases.postpone(tx, claim, { error, dueAt: new Date(at.getTime() + backoff(claim.attempts)) }),
  );
  return { attempts: claim.attempts, dead };
}

/** A plugin's failure is masked by the host; of anything else only its kind is shown, since its text may quote the event. */
function describe(error: unknown): string {
  if (error instanceof NeverEnded) return error.message;
  if (error instanceof PluginFailure) return `${error.code}: ${error.message}`;
  const { name, code } = error as { name?: unknown; code?: unknown };
  return `PROCESSOR: ${typeof name === "string" ? name : "error"}${typeof code === "string" ? ` ${code}` : ""}; the log of the worker says more`;
}
