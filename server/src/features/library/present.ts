import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { AssetRow } from "./store.ts";

type Asset = components["schemas"]["Asset"];

export function presentAsset(row: AssetRow): Asset {
  return {
    object: "asset",
    id: encodeId("ast", row.id),
    kind: row.kind,
    status: row.status,
    title: row.title,
    platform: row.platform,
    hook: row.hook,
    script: row.script,
    caption: row.caption,
    hashtags: row.hashtags,
    tags: row.tags,
    metadata: row.metadata,
    draft_id: row.draft_id && encodeId("dft", row.draft_id),
    variant_id: row.variant_id && encodeId("var", row.variant_id),
    generation_id: row.generation_id && encodeId("gen", row.generation_id),
    file: presentFile(row),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function presentFile({ content_type, bytes, sha256, width, height }: AssetRow): Asset["file"] {
  if (content_type === null || bytes === null || sha256 === null || width === null || height === null) return null;
  return { content_type, bytes, sha256, width, height };
}
