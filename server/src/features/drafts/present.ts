import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { DraftRow, VariantRow } from "./store.ts";
import type { Writing } from "./writing.ts";

type Schemas = components["schemas"];

export function presentDraft(row: DraftRow, writing: Writing): Schemas["Draft"] {
  const chosen = row.variants.find(({ selected }) => selected);
  return {
    object: "draft",
    id: encodeId("dft", row.id),
    status: writing.generating ? "generating" : row.variants.length > 0 ? "ready" : "failed",
    title: row.title,
    brief: row.brief,
    platform: row.platform,
    tone: row.tone,
    language: row.language,
    variants: row.variants.map(presentVariant),
    selected_variant_id: chosen ? encodeId("var", chosen.id) : null,
    generation_id: writing.generation_id && encodeId("gen", writing.generation_id),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function presentVariant(row: VariantRow): Schemas["DraftVariant"] {
  return {
    object: "draft_variant",
    id: encodeId("var", row.id),
    position: row.position,
    hook: row.hook,
    script: row.script,
    caption: row.caption,
    hashtags: row.hashtags,
    edited_fields: row.edited_fields,
    selected: row.selected,
    generation_id: row.generation_id && encodeId("gen", row.generation_id),
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  };
}
