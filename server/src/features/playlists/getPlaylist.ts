import { entityTag } from "../../platform/http/etag.ts";
import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import type { PlaylistsDeps } from "./deps.ts";
import { findPlaylist } from "./find.ts";
import { presentPlaylist } from "./present.ts";

export const getPlaylist =
  ({ db }: Pick<PlaylistsDeps, "db">): Handler<"getPlaylist"> =>
  async ({ principal, path }) => {
    const playlist = presentPlaylist(await findPlaylist(db, principal.accountId, path.playlist_id));
    return ok(playlist, { ETag: entityTag(playlist) });
  };
