import type { components } from "../../generated/openapi.types.ts";
import type { AssetRow } from "./store.ts";

type Fields = components["schemas"]["UpdateAssetRequest"];
export type EditableFields = Pick<
  AssetRow,
  "status" | "title" | "platform" | "hook" | "script" | "caption" | "hashtags" | "tags" | "metadata"
>;

/** What is sent in the form in which it is kept; what is absent comes from `before`. */
export function applyFields<Before extends EditableFields>(before: Before, sent: Fields): Before {
  return {
    ...before,
    status: sent.status ?? before.status,
    title: sent.title?.trim() ?? before.title,
    platform: sent.platform === undefined ? before.platform : sent.platform,
    hook: sent.hook === undefined ? before.hook : sent.hook,
    script: sent.script === undefined ? before.script : sent.script,
    caption: sent.caption === undefined ? before.caption : sent.caption,
    hashtags: sent.hashtags === undefined ? before.hashtags : [...new Set(sent.hashtags)],
    tags: sent.tags === undefined ? before.tags : normalTags(sent.tags),
    metadata: sent.metadata === undefined ? before.metadata : wellFormed(sent.metadata),
  };
}

/** With U+FFFD for half a character, as text columns keep it; JSON columns refuse it. */
function wellFormed(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, value.toWellFormed()]));
}

/** One form of each tag whatever its case, each once, in the order in which they came. */
export function normalTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.normalize("NFKC").trim().toLowerCase()).filter(Boolean))];
}
