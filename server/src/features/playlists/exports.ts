import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "playlists",
      about: "playlists",
      columns: ["id", "name", "description", "track_count", "duration_ms", "created_at", "updated_at"],
      ids: { id: "pls" },
    },
    {
      table: "playlist_items",
      about: "tracks of playlists, in the order of rank",
      columns: ["id", "playlist_id", "track_id", "rank", "added_at"],
      ids: { id: "pli", playlist_id: "pls", track_id: "trk" },
      exact: ["rank"],
    },
  ],
};
