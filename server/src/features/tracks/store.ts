import { only, type Database, type Statement, type TenantTx } from "../../platform/db/index.ts";
import type { AudioFormat } from "./audio/format.ts";
import type { Measurement } from "./audio/measure.ts";

export interface TrackRow {
  id: string;
  title: string;
  artist: string | null;
  source: "upload" | "generation";
  generation_id: string | null;
  format: AudioFormat;
  content_type: string;
  bytes: number;
  sha256: string;
  duration_ms: number;
  sample_rate: number;
  channels: number;
  blob_key: string;
  loudness_lufs: number | null;
  created_at: Date;
}

export const trackColumns = `id, title, artist, source, generation_id, format, content_type, bytes, sha256, duration_ms,
  sample_rate, channels, blob_key, loudness_lufs, created_at`;

export const selectTrack = (accountId: string, id: string): Statement => ({
  name: "track_by_id",
  text: `select ${trackColumns} from tracks where account_id = $1 and id = $2`,
  values: [accountId, id],
});

export type NewTrack = Omit<TrackRow, "loudness_lufs" | "created_at">;

export async function insertTrack(tx: TenantTx, row: NewTrack): Promise<TrackRow> {
  return only(
    await tx.query<TrackRow>(
      `insert into tracks (account_id, id, title, artist, source, generation_id, format, content_type, bytes, sha256,
       duration_ms, sample_rate, channels, blob_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning ${trackColumns}`,
      [
        tx.accountId,
        row.id,
        row.title,
        row.artist,
        row.source,
        row.generation_id,
        row.format,
        row.content_type,
        row.bytes,
        row.sha256,
        row.duration_ms,
        row.sample_rate,
        row.channels,
        row.blob_key,
      ],
    ),
    "the inserted track",
  );
}

export const selectTracksById = (accountId: string, ids: readonly string[]): Statement => ({
  name: "tracks_by_id",
  text: `select ${trackColumns} from tracks where account_id = $1 and id = any($2)`,
  values: [accountId, ids],
});

/**
 * The row, which nobody else changes or deletes until the transaction ends; null when there is none. Locked `"to delete"`
 * nobody refers to it meanwhile either.
 */
export async function lockTrack(
  tx: TenantTx,
  id: string,
  purpose: "to change" | "to delete",
): Promise<TrackRow | null> {
  const [row] = await tx.query<TrackRow>(
    `select ${trackColumns} from tracks where account_id = $1 and id = $2 for ${purpose === "to delete" ? "" : "no key "}update`,
    [tx.accountId, id],
  );
  return row ?? null;
}

/** Writes the title and artist of a row that `lockTrack` gave. */
export async function updateTrackRow(
  tx: TenantTx,
  { id, title, artist }: Pick<TrackRow, "id" | "title" | "artist">,
): Promise<void> {
  await tx.query("update tracks set title = $3, artist = $4 where account_id = $1 and id = $2", [
    tx.accountId,
    id,
    title,
    artist,
  ]);
}

export async function deleteTrackRow(tx: TenantTx, id: string): Promise<void> {
  await tx.query("delete from tracks where account_id = $1 and id = $2", [tx.accountId, id]);
}

export interface DueRow {
  id: string;
  account_id: string;
}

/** Tracks that wait for their loudness, the longest first; with `among` only those of them. */
export const selectUnmeasured = (limit: number, among: string[] | null): Statement => ({
  name: "tracks_without_loudness",
  text: `select id, account_id from tracks
          where analysis = 'waiting' and analysis_due_at <= now() and ($2::uuid[] is null or id = any($2))
          order by analysis_due_at limit $1`,
  values: [limit, among],
});

export interface AnalysisClaim extends Pick<TrackRow, "id" | "format" | "bytes" | "blob_key"> {
  account_id: string;
  analysis_attempts: number;
}

/** Takes the track until `leaseMs` from now; null when it is not due or somebody else has it. */
export async function claimAnalysis(
  db: Database,
  { account_id, id }: DueRow,
  leaseMs: number,
): Promise<AnalysisClaim | null> {
  const [claim] = await db.writeTenantSoon<AnalysisClaim>(account_id, {
    name: "claim_analysis",
    text: `update tracks set analysis_attempts = analysis_attempts + 1,
                  analysis_due_at = now() + make_interval(secs => $3 / 1000.0)
            where account_id = $1 and id = $2 and analysis = 'waiting' and analysis_due_at <= now()
        returning account_id, id, format, bytes, blob_key, analysis_attempts`,
    values: [account_id, id, leaseMs],
  });
  return claim ?? null;
}

/** False when the lease was lost. */
export async function renewAnalysis(db: Database, claim: AnalysisClaim, leaseMs: number): Promise<boolean> {
  const rows = await db.writeTenantSoon(claim.account_id, {
    name: "renew_analysis",
    text: `update tracks set analysis_due_at = now() + make_interval(secs => $4 / 1000.0)
            where account_id = $1 and id = $2 and analysis = 'waiting' and analysis_attempts = $3 returning id`,
    values: [claim.account_id, claim.id, claim.analysis_attempts, leaseMs],
  });
  return rows.length === 1;
}

/** Writes the result, unless the track is gone or another worker took it over. */
export async function finishAnalysis(db: Database, claim: AnalysisClaim, result: Measurement): Promise<void> {
  const [lufs, reason] = "lufs" in result ? [result.lufs, null] : [null, result.unmeasurable];
  await db.writeTenant(claim.account_id, {
    name: "finish_analysis",
    text: `update tracks set analysis = $4, loudness_lufs = $5, analysis_reason = $6
            where account_id = $1 and id = $2 and analysis = 'waiting' and analysis_attempts = $3`,
    values: [
      claim.account_id,
      claim.id,
      claim.analysis_attempts,
      reason === null ? "measured" : "unmeasurable",
      lufs,
      reason,
    ],
  });
}
