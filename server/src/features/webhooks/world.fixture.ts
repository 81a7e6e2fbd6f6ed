import { Client } from "pg";
import type { EventData, EventType } from "../../generated/events.ts";
import { createTestDatabase } from "../../../test-kit/database.ts";
import { createEgressPools, createResolver, type ExchangeLimits } from "../../platform/egress/index.ts";
import { newId } from "../../platform/ids/index.ts";
import type { WorkEngine, WorkPointer } from "../../platform/work/index.ts";
import type { Notify } from "../notifications/index.ts";
import { createEmit, type EmitEvent } from "../events/index.ts";
import { selectAttempts, selectDeliveries, type AttemptRow, type DeliveryRow } from "./delivery-store.ts";
import { drainEndpoint } from "./delivery/drain.ts";
import { drainInOrder } from "./delivery/in-order.ts";
import { createTaker } from "./delivery/taker.ts";
import { createDrainWork } from "./delivery/work.ts";
import { createResultWriter } from "./delivery/batch-writer.ts";
import { createFanOut } from "./fan-out.ts";
import type { DeliveryMetrics } from "./metrics.ts";
import { plainKeyRing } from "./key-ring.fixture.ts";
import { sampleData } from "./samples.ts";
import { newSecret, sealSecret } from "./secret.ts";
import { insertWebhook, type NewWebhook } from "./store.ts";

const limits: ExchangeLimits = { headMs: 15_000, totalMs: 20_000, bodyBytesMax: 65_536, bodyBytesKept: 4_096 };

type Settings = Partial<Pick<NewWebhook, "ordered" | "ordered_on_failure" | "max_per_second">>;

/** Accounts, endpoints, events and drains on a database of their own, with a clock that only moves when told to. */
export async function createWorld(
  overrides: {
    limits?: Partial<ExchangeLimits>;
    slotsMax?: number;
    realTime?: boolean;
    turnMs?: number;
    lingerMs?: number;
    hasRoom?: () => boolean;
  } = {},
) {
  const { db, appUrl, ownerUrl, close } = await createTestDatabase();
  let time = new Date();
  const clock = { now: () => (overrides.realTime ? new Date() : time) };
  const enqueued: WorkPointer[] = [];
  const work: Pick<WorkEngine, "enqueue"> = {
    enqueue: async (_kind, pointer) => {
      enqueued.push(pointer);
    },
  };
  const emit: EmitEvent = createEmit({ clock, fanOut: createFanOut({ work }) });
  const pools = createEgressPools({
    policy: { allowLoopback: true },
    resolve: createResolver({ timeoutMs: 500 }),
    timeoutMs: 1_000,
    connections: 64,
    headMs: 15_000,
  });
  const slotsMax = overrides.slotsMax ?? 16;
  const mails: { accountId: string; notice: Parameters<Notify>[2] }[] = [];
  const notify: Notify = async (_tx, owner, notice) => void mails.push({ accountId: owner, notice });
  const measured: { outcomes: string[]; firstAttempts: number[] } = { outcomes: [], firstAttempts: [] };
  const metrics: DeliveryMetrics = {
    attempt: (outcome) => void measured.outcomes.push(outcome),
    firstAttempt: (seconds) => void measured.firstAttempts.push(seconds),
  };
  const drainDeps = {
    metrics,
    db,
    clock,
    emit,
    notify,
    pools,
    keyRing: plainKeyRing,
    taker: createTaker(db),
    writer: createResultWriter(db),
    random: () => 0,
    slotsMax,
    turnMs: overrides.turnMs ?? 10_000,
    lingerMs: overrides.lingerMs ?? 0,
    hasRoom: overrides.hasRoom ?? (() => true),
    limits: { ...limits, ...overrides.limits },
  };
  const kind = createDrainWork({
    metrics,
    db,
    clock,
    emit,
    notify,
    pools,
    keyRing: plainKeyRing,
    slotsMax,
    concurrency: 100,
    leaseMs: 60_000,
    lingerMs: 0,
  });

  const createAccount = async (): Promise<string> => {
    const [live, sandbox] = [newId(), newId()];
    await db.asSystem("a test makes an account", (tx) =>
      tx.query(
        `insert into accounts (id, mode, twin_id, name)
       values ($1, 'live', $2, 'test'), ($2, 'test', $1, 'test')`,
        [live, sandbox],
      ),
    );
    return live;
  };
  const accountId = await createAccount();

  const endpointOf = async (
    owner: string,
    url: string,
    eventTypes: EventType[] | null = null,
    settings: Settings = {},
  ) => {
    const id = newId();
    const secret = newSecret();
    const sealed = sealSecret(plainKeyRing, owner, id, secret);
    await db.withTenant(owner, (tx) =>
      insertWebhook(tx, {
        id,
        url,
        description: null,
        event_types: eventTypes,
        ordered: false,
        ordered_on_failure: "skip",
        max_per_second: null,
        ...settings,
        secret: sealed,
        now: time,
      }),
    );
    return { id, secret, accountId: owner };
  };

  const emitSample = <T extends EventType>(type: T, data: EventData[T] = sampleData(type, newId(), time)) =>
    db.withTenant(accountId, (tx) => emit(tx, { type, data, requestId: "req_test" }));

  return {
    db,
    appUrl,
    ownerUrl,
    clock,
    work,
    enqueued,
    emit,
    notify,
    mails,
    measured,
    kind,
    accountId,
    createAccount,
    endpointOf,
    emitSample,
    endpoint: (url: string, eventTypes?: EventType[] | null, settings?: Settings) =>
      endpointOf(accountId, url, eventTypes, settings),
    advance: (ms: number) => {
      time = new Date(time.getTime() + ms);
    },
    /** As if all holders had been silent for as long as their leases last: these run by the database's clock. */
    endLeases: () =>
      db.asSystem("a test lets leases run out", (tx) =>
        tx.query("update webhooks set lease_until = now() - interval '1 millisecond' where lease_until is not null"),
      ),
    /** One turn, as the work engine does it. False: there was nothing to claim. */
    drain: async (
      pointer: { id: string },
      signal = new AbortController().signal,
      closing = signal,
    ): Promise<boolean> => {
      const claim = await kind.claim({ id: pointer.id, accountId });
      if (claim === null) return false;
      await (claim.ordered ? drainInOrder : drainEndpoint)(drainDeps, claim, { signal, closing });
      return true;
    },
    deliveries: async (webhook: { id: string; accountId?: string }): Promise<DeliveryRow[]> => {
      const owner = webhook.accountId ?? accountId;
      const page = { afterId: null, limit: 1_000, status: null, eventType: null, since: null, until: null };
      return (await db.readTenant<DeliveryRow>(owner, selectDeliveries(owner, webhook.id, page))).toReversed();
    },
    attempts: (deliveryId: string): Promise<AttemptRow[]> =>
      db.readTenant<AttemptRow>(accountId, selectAttempts(accountId, deliveryId)),
    /** What autovacuum does in time. */
    analyze: async () => {
      const owner = new Client({ connectionString: ownerUrl });
      await owner.connect();
      await owner.query("vacuum analyze webhook_deliveries").finally(() => owner.end());
    },
    close: async () => {
      await pools.close();
      await close();
    },
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;
