import { only, type Database, type Statement, type SystemTx, type TenantTx } from "../../platform/db/index.ts";
import { modeOf } from "../accounts/index.ts";
import { imageOf } from "../library/index.ts";
import { trackOf } from "../tracks/index.ts";
import { announcementOf } from "./feed.ts";
import type { GenerationQueue } from "./pointer.ts";
import type { GenerationStatus } from "./states.ts";
import { sourcesOf } from "./states.ts";
import type { Asked } from "./wishes.ts";

interface RowOfAnyKind {
  account_id: string;
  id: string;
  status: GenerationStatus;
  lane: "interactive" | "bulk";
  plugin_id: string;
  model: string;
  title: string | null;
  draft_id: string | null;
  progress: number;
  revision: number;
  attempts: number;
  crashes: number;
  /** At the provider, under its name there; a null name: a call is out that nobody knows the outcome of. */
  pending: { externalId: string | null } | null;
  error_code: string | null;
  error_message: string | null;
  request_id: string;
  track_id: string | null;
  asset_id: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

export type GenerationRow = RowOfAnyKind & Asked;

const OWN_COLUMNS = `g.account_id, g.id, g.kind, g.status, g.lane, g.plugin_id, g.model, g.title, g.input, g.draft_id, g.progress, g.revision,
  g.attempts, g.crashes, g.pending, g.error_code, g.error_message, g.request_id, g.created_at, g.started_at, g.finished_at`;
/** Of a generation that has made nothing, or nothing yet. */
const NOTHING_MADE = "null::uuid as track_id, null::uuid as asset_id";
const MADE = { account: "g.account_id", generation: "g.id" };
const COLUMNS = `${OWN_COLUMNS}, ${trackOf(MADE)} as track_id, ${imageOf(MADE)} as asset_id`;

export const selectGeneration = (accountId: string, id: string): Statement => ({
  name: "generation_by_id",
  text: `select ${COLUMNS} from generations g where g.account_id = $1 and g.id = $2`,
  values: [accountId, id],
});

export const selectGenerations = (
  accountId: string,
  page: { afterId: string | null; limit: number; status: GenerationStatus | null },
): Statement => ({
  name: "generations_page",
  text: `select ${COLUMNS} from generations g
          where g.account_id = $1 and ($2::uuid is null or g.id < $2) and ($3::text is null or g.status = $3)
          order by g.id desc limit $4`,
  values: [accountId, page.afterId, page.status, page.limit + 1],
});

export async function insertGeneration(
  tx: TenantTx,
  row: Pick<RowOfAnyKind, "id" | "lane" | "plugin_id" | "model" | "title" | "draft_id" | "request_id"> &
    Pick<Asked, "kind" | "input">,
): Promise<GenerationRow> {
  const rows = await tx.query<GenerationRow>(
    `insert into generations as g (account_id, id, kind, status, lane, plugin_id, model, title, input, draft_id, request_id)
     values ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, $10)
     returning ${OWN_COLUMNS}, ${NOTHING_MADE}`,
    [
      tx.accountId,
      row.id,
      row.kind,
      row.lane,
      row.plugin_id,
      row.model,
      row.title,
      JSON.stringify(row.input),
      row.draft_id,
      row.request_id,
    ],
  );
  return only(rows, "the inserted generation");
}

/** Rows that a worker may take now: waiting and due, or left behind by a worker whose lease ran out. Null `ids`: any. */
export const selectDue = ({
  pluginId,
  mode,
  lane,
  limit,
  ids,
}: GenerationQueue & { limit: number; ids: string[] | null }): Statement => ({
  name: "generations_due",
  text: `select g.id, g.account_id from generations g
          where g.status in ('queued', 'running') and g.due_at <= now() and (g.lease_until is null or g.lease_until < now())
            and g.plugin_id = $3 and ${modeOf("g.account_id")} = $4 and g.lane = $5 and ($2::uuid[] is null or g.id = any($2))
          order by g.due_at limit $1`,
  values: [limit, ids, pluginId, mode, lane],
});

/** Those of other plugins that nobody holds and that were asked for before `before`, the oldest first. */
export async function selectAbandoned(
  tx: SystemTx,
  { loaded, before, limit }: { loaded: readonly string[]; before: Date; limit: number },
): Promise<(Pick<GenerationRow, "id" | "account_id"> & GenerationQueue)[]> {
  return tx.query(
    `select g.id, g.account_id, g.plugin_id as "pluginId", ${modeOf("g.account_id")} as mode, g.lane from generations g
      where g.status in ('queued', 'running') and g.plugin_id <> all($1) and g.created_at < $2 and (g.lease_until is null or g.lease_until < now())
      order by g.created_at limit $3`,
    [loaded, before, limit],
  );
}

export type ClaimedRow = GenerationRow & {
  mode: "live" | "test";
  /** A call of an earlier holder is out and nobody knows how it ended. */
  outcome_unknown: boolean;
  /** The lease of whoever held it last and did not end. */
  lease_before: string | null;
};

/**
 * Takes the row: state, lease and the note that an earlier call's outcome is unknown, in one UPDATE; the note stays in
 * `pending` until that is known, whatever becomes of this holder. What was there before is read under the row's lock: a slow holder may have noted its call at this very moment.
 */
export async function claimGeneration(
  tx: TenantTx,
  { id, leaseToken, leaseMs }: { id: string; leaseToken: string; leaseMs: number },
): Promise<ClaimedRow | null> {
  const rows = await tx.query<ClaimedRow>(
    `update generations g
        set status = 'running', lease_token = $3, lease_until = now() + make_interval(secs => $4::float8 / 1000),
            attempts = g.attempts + 1, started_at = coalesce(g.started_at, now()), revision = g.revision + 1,
            crashes = g.crashes + (g.dispatched_at is not null)::int, dispatched_at = null,
            pending = coalesce(g.pending, case when g.dispatched_at is not null then '{"externalId":null}'::json end)
       from (select dispatched_at, lease_token from generations where account_id = $1 and id = $2 for update) before
      where g.account_id = $1 and g.id = $2
        and g.status in ('queued', 'running') and g.due_at <= now() and (g.lease_until is null or g.lease_until < now())
      returning ${OWN_COLUMNS}, ${NOTHING_MADE}, ${modeOf("g.account_id")} as mode, before.dispatched_at is not null as outcome_unknown, before.lease_token as lease_before`,
    [tx.accountId, id, leaseToken, leaseMs],
  );
  return rows[0] ?? null;
}

interface Held {
  id: string;
  leaseToken: string;
}

/** True while the caller still holds the row; a canceled or taken-over row is not held. */
export async function renewLease(tx: TenantTx, held: Held, leaseMs: number): Promise<boolean> {
  const rows = await tx.query(
    `update generations set lease_until = now() + make_interval(secs => $4::float8 / 1000)
      where account_id = $1 and id = $2 and lease_token = $3 and status = 'running' returning 1`,
    [tx.accountId, held.id, held.leaseToken, leaseMs],
  );
  return rows.length === 1;
}

/** Written before the provider is called: if this process dies now, the next holder knows that a call was out. Nothing else is then. */
export async function markDispatched(db: Database, accountId: string, held: Held): Promise<boolean> {
  const rows = await db.writeTenant(accountId, {
    name: "mark_generation_dispatched",
    text: `update generations set dispatched_at = now(), pending = null
            where account_id = $1 and id = $2 and lease_token = $3 and status = 'running' returning 1`,
    values: [accountId, held.id, held.leaseToken],
  });
  return rows.length === 1;
}

/** Writes it and announces it, unless the row is not held any more. */
export async function saveProgress(db: Database, accountId: string, held: Held, progress: number): Promise<void> {
  const { channel, payload } = announcementOf(held.id);
  await db.writeTenantSoon(accountId, {
    name: "save_generation_progress",
    text: `with saved as (
             update generations set progress = greatest(progress, $4), revision = revision + 1
              where account_id = $1 and id = $2 and lease_token = $3 and status = 'running' returning 1
           )
           select pg_notify($5, $6) from saved`,
    values: [accountId, held.id, held.leaseToken, progress, channel, payload],
  });
}

/** Gives the row back to wait until `dueAt`. `countsAsAttempt: false` (rate limits, open breaker) takes the attempt back. */
export async function release(
  tx: TenantTx,
  held: Held,
  next: { dueAt: Date; countsAsAttempt: boolean; pending?: { externalId: string } | null },
): Promise<void> {
  await tx.query(
    `update generations
        set status = 'queued', due_at = $4, lease_token = null, lease_until = null, dispatched_at = null, revision = revision + 1,
            attempts = attempts - $5::int, pending = coalesce($6::json, pending)
      where account_id = $1 and id = $2 and lease_token = $3 and status = 'running'`,
    [
      tx.accountId,
      held.id,
      held.leaseToken,
      next.dueAt,
      next.countsAsAttempt ? 0 : 1,
      next.pending ? JSON.stringify(next.pending) : null,
    ],
  );
}

/** Ends a held generation. Null: it was canceled or taken over meanwhile, and nothing of this holder's work may count. */
export async function finishGeneration(
  tx: TenantTx,
  held: Held,
  end: { status: "completed" } | { status: "failed"; error: { code: string; message: string } },
): Promise<GenerationRow | null> {
  const error = end.status === "failed" ? end.error : null;
  const rows = await tx.query<GenerationRow>(
    `update generations g
        set status = $4, progress = case when $4 = 'completed' then 1 else progress end, error_code = $5, error_message = $6,
            finished_at = now(), lease_token = null, lease_until = null, dispatched_at = null, revision = revision + 1
      where account_id = $1 and id = $2 and lease_token = $3 and status = 'running'
      returning ${OWN_COLUMNS}, ${NOTHING_MADE}`,
    [tx.accountId, held.id, held.leaseToken, end.status, error?.code ?? null, error?.message ?? null],
  );
  return rows[0] ?? null;
}

/** Of each of the drafts that any generation was for: the latest one, and whether one is on its way. */
export const selectGenerationsOfDrafts = (accountId: string, draftIds: readonly string[]): Statement => ({
  name: "generations_of_drafts",
  text: `select d.id as draft_id,
                (select g.id from generations g where g.account_id = $1 and g.draft_id = d.id order by g.id desc limit 1) as generation_id,
                exists (select from generations g where g.account_id = $1 and g.draft_id = d.id and g.status in ('queued', 'running')) as generating
           from unnest($2::uuid[]) as d (id)`,
  values: [accountId, draftIds],
});

export async function selectUnfinishedOf(tx: TenantTx, draftId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    "select id from generations where account_id = $1 and draft_id = $2 and status in ('queued', 'running') order by id",
    [tx.accountId, draftId],
  );
  return rows.map(({ id }) => id);
}

/** Null when the generation does not exist or is already final. `called`: a provider has, or may have, begun with it. */
export async function cancelGeneration(
  tx: TenantTx,
  id: string,
): Promise<(GenerationRow & { called: boolean }) | null> {
  const rows = await tx.query<GenerationRow & { called: boolean }>(
    `update generations g set status = 'canceled', finished_at = now(), lease_token = null, lease_until = null, revision = revision + 1
      where account_id = $1 and id = $2 and status = any($3)
      returning ${OWN_COLUMNS}, ${NOTHING_MADE}, g.dispatched_at is not null or g.pending is not null or g.crashes > 0 as called`,
    [tx.accountId, id, sourcesOf("canceled")],
  );
  return rows[0] ?? null;
}
