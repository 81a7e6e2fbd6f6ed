import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "tracks",
      about: "tracks; their audio is in audio/",
      columns: [
        "id",
        "title",
        "artist",
        "source",
        "generation_id",
        "format",
        "content_type",
        "bytes",
        "sha256",
        "duration_ms",
        "sample_rate",
        "channels",
        "loudness_lufs",
        "created_at",
      ],
      ids: { id: "trk", generation_id: "gen" },
    },
  ],
  files: [
    {
      table: "tracks",
      folder: "audio",
      about: "one file for each track, named after its id",
      prefix: "trk",
      column: "format",
      endingOf: (format) => format,
    },
  ],
  leftOut: {
    blob_deletions: "files that are being removed: what they belonged to is gone already",
  },
};
