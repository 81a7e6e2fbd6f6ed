import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { ItemRow } from "./item-store.ts";
import type { PlaylistRow } from "./store.ts";

type Schemas = components["schemas"];

export function presentPlaylist(row: PlaylistRow): Schemas["Playlist"] {
  return {
    object: "playlist",
    id: encodeId("pls", row.id),
    name: row.name,
    description: row.description,
    track_count: row.track_count,
    duration_ms: row.duration_ms,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function presentItem(
  { id, added_at: addedAt }: Pick<ItemRow, "id" | "added_at">,
  position: number,
  track: Schemas["Track"],
): Schemas["PlaylistItem"] {
  return { object: "playlist_item", id: encodeId("pli", id), position, added_at: addedAt.toISOString(), track };
}
