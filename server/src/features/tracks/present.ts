import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { TrackRow } from "./store.ts";

type Track = components["schemas"]["Track"];

export function presentTrack(row: TrackRow): Track {
  return {
    object: "track",
    id: encodeId("trk", row.id),
    title: row.title,
    artist: row.artist,
    source: row.source,
    generation_id: row.generation_id && encodeId("gen", row.generation_id),
    format: row.format,
    content_type: row.content_type,
    bytes: row.bytes,
    sha256: row.sha256,
    duration_ms: row.duration_ms,
    sample_rate: row.sample_rate,
    channels: row.channels,
    loudness_lufs: row.loudness_lufs,
    created_at: row.created_at.toISOString(),
  };
}
