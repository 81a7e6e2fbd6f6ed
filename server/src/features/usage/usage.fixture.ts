import type { Database } from "../../platform/db/index.ts";
import type { FinishedRequest } from "../../platform/http/access-log.ts";
import type { Principal } from "../../platform/http/context.ts";
import { newId } from "../../platform/ids/index.ts";
import { Batch } from "./batch.ts";
import { type CellRow, type Grouping, selectCells, type UsageFilter } from "./cells.ts";
import { foldCells } from "./figures.ts";
import { insertUsage } from "./store.ts";

const everything: UsageFilter = { accountId: null, mode: null, operation: null, keyId: null };

export function principalOf(accountId: string, keyId = newId()): Principal {
  return {
    kind: "api_key",
    accountId,
    mode: "live",
    scopes: new Set(),
    keyId,
    sessionId: null,
    userId: null,
    expiresAt: null,
  };
}

export function requestAt(endedAt: number, more: Partial<FinishedRequest> = {}): FinishedRequest {
  return {
    requestId: "req_of_a_test",
    principal: null,
    operation: "getTrack",
    method: "GET",
    status: 200,
    problem: null,
    agent: "test/1",
    deprecated: false,
    replayed: false,
    endedAt,
    latencyUs: 1_000,
    bytesIn: 100,
    bytesOut: 200,
    ...more,
  };
}

export async function storeRequests(db: Database, requests: readonly FinishedRequest[]): Promise<void> {
  const batch = new Batch();
  for (const request of requests) batch.add(request);
  await db.asSystem("a test stores usage", (tx) => insertUsage(tx, batch.rows()));
}

/** Figures across accounts, as an administrator gets them. */
export async function figuresOf(
  db: Database,
  by: Grouping,
  since: number,
  until: number,
  options: { now?: Date; filter?: Partial<UsageFilter> } = {},
) {
  const statement = selectCells(
    by,
    { ...everything, ...options.filter },
    { since: new Date(since), until: new Date(until) },
    options.now ?? new Date(until),
  );
  return foldCells(await db.readSystem<CellRow>("a test reads usage", statement));
}

export async function insertAccount(db: Database): Promise<string> {
  const [id, twin] = [newId(), newId()];
  await db.asSystem("a test makes an account", (tx) =>
    tx.query(
      "insert into accounts (id, mode, twin_id, name, plan) values ($1, 'live', $2, 'x', 'free'), ($2, 'test', $1, 'x', 'sandbox')",
      [id, twin],
    ),
  );
  return id;
}
