import type { SystemTx } from "../../platform/db/index.ts";
import { createLeases } from "../../platform/work/index.ts";
import { modeOf } from "../accounts/index.ts";

/** A key that was seen in public: what finds it and what proves it, never the key. */
export interface NewReport {
  id: string;
  publicId: string;
  /** HMAC in hex by version of the pepper. */
  hashes: Record<string, string>;
  url: string | null;
}

export interface ReportRow {
  id: string;
  public_id: string;
  hashes: Record<string, string>;
  url: string | null;
  reported_at: Date;
}

export interface ReportedKey {
  account_id: string;
  id: string;
  mode: "live" | "test";
  is_current: boolean;
  hash: Buffer;
  pepper_version: string;
}

/** One statement, however many there are. */
export async function insertReports(tx: SystemTx, reports: NewReport[], at: Date): Promise<void> {
  await tx.query(
    `insert into api_key_reports (id, public_id, hashes, url, reported_at, due_at)
     select r.id, r.public_id, r.hashes, r.url, $2, now()
       from jsonb_to_recordset($1::jsonb) as r (id uuid, public_id text, hashes jsonb, url text)`,
    [JSON.stringify(reports.map(({ publicId, ...report }) => ({ ...report, public_id: publicId }))), at],
  );
}

/** Deletes those among `ids` whose public id no key has; the ids of the others. */
export async function dropUnknownReports(tx: SystemTx, ids: string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `with known as (
       select r.id from api_key_reports r
        where r.id = any($1::uuid[])
          and exists (select from api_keys k where k.public_id = r.public_id or k.previous_public_id = r.public_id)
     ), gone as (
       delete from api_key_reports where id = any($1::uuid[]) and id not in (select id from known)
     )
     select id from known`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** A report is looked at by one process at a time, and goes when it was. It belongs to no account. */
export const reportLeases = createLeases<ReportRow>({
  table: "api_key_reports",
  isTenantTable: false,
  columns: ["public_id", "hashes", "url", "reported_at"],
  pointerTo: (id) => ({ id, accountId: "" }),
});

export async function selectReportedKey(tx: SystemTx, publicId: string): Promise<ReportedKey | null> {
  const [row] = await tx.query<ReportedKey>(
    `select k.account_id, k.id, ${modeOf("k.account_id")} as mode, k.public_id = $1 as is_current,
            case when k.public_id = $1 then k.hash else k.previous_hash end as hash,
            case when k.public_id = $1 then k.pepper_version else k.previous_pepper_version end as pepper_version
       from api_keys k
      where k.public_id = $1 or k.previous_public_id = $1`,
    [publicId],
  );
  return row ?? null;
}
