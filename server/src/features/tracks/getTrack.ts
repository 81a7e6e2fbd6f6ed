import type { Database } from "../../platform/db/index.ts";
import { entityTag } from "../../platform/http/etag.ts";
import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { presentTrack } from "./present.ts";
import type { TracksDeps } from "./deps.ts";
import { selectTrack } from "./store.ts";
import type { TrackRow } from "./store.ts";

export const getTrack =
  ({ db }: Pick<TracksDeps, "db">): Handler<"getTrack"> =>
  async ({ principal, path }) => {
    const track = presentTrack(await readTrack(db, principal.accountId, path.track_id));
    return ok(track, { ETag: entityTag(track) });
  };

/** Another account's track is as missing as one that never was. */
export async function readTrack(db: Database, accountId: string, publicId: string): Promise<TrackRow> {
  const id = decodeId("trk", publicId);
  const [row] = id === null ? [] : await db.readTenant<TrackRow>(accountId, selectTrack(accountId, id));
  if (!row) throw noSuchTrack();
  return row;
}

export function noSuchTrack(): ProblemError {
  return new ProblemError("not_found", { detail: "There is no track with this id in this account." });
}
