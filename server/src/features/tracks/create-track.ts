import { analysisKind } from "./analysis.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { keepAudio } from "./audio-keeper.ts";
import type { StoredAudio } from "./audio-keeper.ts";
import { presentTrack } from "./present.ts";
import { insertTrack } from "./store.ts";
import type { TrackRow } from "./store.ts";

export interface CreateTrackDeps {
  emit: EmitEvent;
  work: Pick<WorkEngine, "enqueue">;
}

export interface TrackDetails {
  title: string;
  artist: string | null;
  generationId: string | null;
  requestId: string;
}

/** Makes stored audio a track, with its event, in the caller's transaction; its loudness follows after the commit. */
export async function createTrack(
  { emit, work }: CreateTrackDeps,
  tx: TenantTx,
  { id, blobKey, bytes, sha256, facts }: StoredAudio,
  { title, artist, generationId, requestId }: TrackDetails,
): Promise<TrackRow> {
  const track = {
    id,
    title,
    artist,
    source: generationId === null ? "upload" : "generation",
    generation_id: generationId,
    format: facts.format,
    content_type: facts.contentType,
    bytes,
    sha256,
    duration_ms: facts.durationMs,
    sample_rate: facts.sampleRate,
    channels: facts.channels,
    blob_key: blobKey,
  } as const;
  // Sent together: the connection pipelines, and the order is kept.
  const [, row] = await Promise.all([keepAudio(tx, { id }), insertTrack(tx, track)]);
  await emit(tx, { type: "track.created", data: presentTrack(row), requestId });
  tx.afterCommit(() => work.enqueue(analysisKind, { id, accountId: tx.accountId }));
  return row;
}
