import { randomBytes } from "node:crypto";
import type { SimulatorStore, StoreReader, StoreWriter } from "@musicverse/plugin-kit/simulator";
import { missing } from "./errors.ts";
import { apiVersion } from "./key.ts";
import type { Kinds } from "./shapes/kinds.ts";

export type Kind = keyof Kinds;

/** One request's view of everything; writing only within `World.write`. */
export interface Look {
  find<K extends Kind>(kind: K, id: string): Promise<Kinds[K] | null>;
  /** Refuses as Stripe does when there is none; `param` is the field that named it. */
  get<K extends Kind>(kind: K, id: string, param?: string): Promise<Kinds[K]>;
  /** Newest first. */
  list<K extends Kind>(
    kind: K,
    query?: { owner?: string; limit?: number; after?: string; oldestFirst?: boolean },
  ): Promise<Kinds[K][]>;
  /** Seconds since 1970, of the customer's test clock where there is one. */
  now(customer?: { test_clock: string | null }): number;
}

export interface Change extends Look {
  put<K extends Kind>(kind: K, object: Kinds[K], owner?: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Says that something happened; it is sent once this is kept. */
  emit(type: string, object: object, previous?: Readonly<Record<string, unknown>>): Promise<void>;
  id(prefix: string, length?: number): string;
}

interface WorldDeps {
  store: SimulatorStore;
  now: () => Date;
  /** Called after what happened was kept. */
  onEvents: () => void;
}

export interface World {
  read<T>(work: (look: Look) => Promise<T>): Promise<T>;
  write<T>(work: (change: Change) => Promise<T>): Promise<T>;
}

/** Everything that the simulated account has, at a time that can be moved on. */
export function createWorld({ store, now, onEvents }: WorldDeps): World {
  const lookOf = async (reader: StoreReader): Promise<Look> => {
    const offset = ((await reader.get("clock_of_all"))?.object as Kinds["offset"] | undefined)?.seconds ?? 0;
    const clocks = new Map<string, number>();
    const look: Look = {
      async find(kind, id) {
        const stored = await reader.get(id);
        if (stored?.kind !== kind) return null;
        const object = stored.object as Kinds[typeof kind];
        await learnClock(reader, clocks, object);
        return object;
      },
      async get(kind, id, param) {
        return (await look.find(kind, id)) ?? fail(missing(kind.replaceAll("_", " "), id, param));
      },
      async list(kind, query = {}) {
        return (await reader.list({ kind, ...query })).map(({ object }) => object as Kinds[typeof kind]);
      },
      now: (customer) => clocks.get(customer?.test_clock ?? "") ?? Math.floor(now().getTime() / 1000) + offset,
    };
    return look;
  };

  return {
    read: async (work) => work(await lookOf(store)),
    async write(work) {
      let happened = false;
      const result = await store.transaction(async (writer) => {
        const look = await lookOf(writer);
        const put: Change["put"] = (kind, object, owner = ownerOf(object)) =>
          writer.put({ id: object.id, kind, owner, object: object as object as Record<string, unknown> });
        const change: Change = {
          ...look,
          put,
          remove: (id) => writer.remove(id),
          id: newId,
          async emit(type, object, previous) {
            happened = true;
            await announce(writer, look, { type, object, previous: previous ?? null });
          },
        };
        return work(change);
      });
      if (happened) onEvents();
      return result;
    },
  };
}

async function announce(
  writer: StoreWriter,
  look: Look,
  what: { type: string; object: object; previous: object | null },
): Promise<void> {
  const id = newId("evt");
  const event = {
    id,
    object: "event",
    api_version: apiVersion,
    created: look.now(),
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: what.type,
    data: { object: what.object, ...(what.previous && { previous_attributes: what.previous }) },
  };
  await writer.put({ id, kind: "event", owner: "", object: event });
  const mood = ((await writer.get("mood"))?.object as Kinds["mood"] | undefined)?.mode ?? "send";
  if (mood === "drop") return;
  const copies = mood === "duplicate" ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) {
    const delivery = { id: newId("whd"), event: id, attempts: 0, due_at: mood === "hold" ? null : 0 };
    await writer.put({ id: delivery.id, kind: "delivery", owner: mood === "hold" ? "held" : "due", object: delivery });
  }
}

async function learnClock(reader: StoreReader, clocks: Map<string, number>, object: object): Promise<void> {
  const { test_clock: id } = object as { test_clock?: unknown };
  if (typeof id !== "string" || clocks.has(id)) return;
  const clock = (await reader.get(id))?.object as Kinds["test_clock"] | undefined;
  if (clock) clocks.set(id, clock.frozen_time);
}

const ownerOf = (object: object): string => {
  const { customer } = object as { customer?: unknown };
  return typeof customer === "string" ? customer : "";
};

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function newId(prefix: string, length = 24): string {
  return `${prefix}_${[...randomBytes(length)].map((byte) => letters[byte % letters.length]).join("")}`;
}

function fail(error: Error): never {
  throw error;
}
