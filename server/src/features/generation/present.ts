import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { GenerationRow } from "./store.ts";
import { promptOf } from "./wishes.ts";

type Generation = components["schemas"]["Generation"];

export function presentGeneration(row: GenerationRow): Generation {
  return {
    object: "generation",
    id: encodeId("gen", row.id),
    kind: row.kind,
    status: row.status,
    progress: Math.round(row.progress * 1000) / 1000,
    prompt: promptOf(row),
    lyrics: row.kind === "music" ? row.input.lyrics : null,
    instrumental: row.kind === "music" ? row.input.instrumental : null,
    duration_seconds: row.kind === "music" ? row.input.duration_seconds : null,
    model: row.model,
    title: row.title,
    lane: row.lane,
    track_id: row.track_id && encodeId("trk", row.track_id),
    draft_id: row.draft_id && encodeId("dft", row.draft_id),
    asset_id: row.asset_id && encodeId("ast", row.asset_id),
    error:
      row.error_code === null
        ? null
        : { code: row.error_code as NonNullable<Generation["error"]>["code"], message: row.error_message ?? "" },
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
