import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { WorkKind, WorkPointer, WorkRunContext } from "./index.ts";

/** The smallest table of work: what every feature's table has, and nothing else. */
export const createWorkItemTable = `
  create table work_item (
    id uuid primary key, account_id uuid not null, priority int not null default 0,
    state text not null default 'queued',
    due_at timestamptz not null default now(), lease_token uuid, lease_until timestamptz,
    runs int not null default 0, done int not null default 0
  )`;

export interface Claim {
  id: string;
  token: string;
}

export interface WorkItemOptions {
  leaseMs?: number;
  concurrency?: number;
  /** Without a heartbeat a run that takes longer than the lease loses it. */
  heartbeat?: boolean;
  run?(claim: Claim, context: WorkRunContext): Promise<void>;
  /** Called after each look for due rows. */
  looked?(): void;
}

export async function addItems(pool: Pool, count: number, priority = 0): Promise<WorkPointer[]> {
  const pointers = Array.from({ length: count }, () => ({ id: randomUUID(), accountId: randomUUID(), priority }));
  await pool.query(
    "insert into work_item (id, account_id, priority) select *, $3::int from unnest($1::uuid[], $2::uuid[])",
    [pointers.map(({ id }) => id), pointers.map(({ accountId }) => accountId), priority],
  );
  return pointers;
}

/** True when the lease still held, so that the effect counts. */
export async function finish(pool: Pool, { id, token }: Claim): Promise<boolean> {
  const { rowCount } = await pool.query(
    "update work_item set state = 'done', done = done + 1, lease_token = null where id = $1 and lease_token = $2",
    [id, token],
  );
  return rowCount === 1;
}

/** Gives the row back, due in `ms`. */
export async function putBack(pool: Pool, { id, token }: Claim, ms: number): Promise<void> {
  await pool.query(
    `update work_item set due_at = now() + $3 * interval '1 ms', lease_token = null, lease_until = null
     where id = $1 and lease_token = $2`,
    [id, token, ms],
  );
}

export function workItemKind(pool: Pool, options: WorkItemOptions = {}): WorkKind<Claim> {
  const { leaseMs = 1000, concurrency = 8, heartbeat = true, run, looked } = options;
  const renew = async ({ id, token }: Claim) => {
    const { rowCount } = await pool.query(
      "update work_item set lease_until = now() + $3 * interval '1 ms' where id = $1 and lease_token = $2",
      [id, token, leaseMs],
    );
    return rowCount === 1;
  };
  return {
    name: "item",
    queue: "item",
    concurrency,
    leaseMs,
    async due(limit, among) {
      const { rows } = await pool.query<WorkPointer>(
        `select id, account_id as "accountId", priority from work_item
         where state = 'queued' and due_at <= now() and (lease_until is null or lease_until < now())
           and ($2::uuid[] is null or id = any ($2))
         order by priority, due_at limit $1`,
        [limit, among?.map(({ id }) => id) ?? null],
      );
      looked?.();
      return rows;
    },
    async claim({ id }) {
      const token = randomUUID();
      const { rowCount } = await pool.query(
        `update work_item set lease_token = $2, lease_until = now() + $3 * interval '1 ms', runs = runs + 1
         where id = $1 and state = 'queued' and due_at <= now() and (lease_until is null or lease_until < now())`,
        [id, token, leaseMs],
      );
      return rowCount === 1 ? { id, token } : null;
    },
    run: run ?? (async (claim) => void (await finish(pool, claim))),
    ...(heartbeat && { renew }),
  };
}
