import type { Database, TenantTx } from "../../platform/db/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { lockPlaylist, selectPlaylist } from "./store.ts";
import type { PlaylistRow } from "./store.ts";

export const noSuchPlaylist = () =>
  new ProblemError("not_found", { detail: "There is no playlist with this id in this account." });
export const noSuchItem = () =>
  new ProblemError("not_found", { detail: "There is no item with this id in this playlist." });

/** The UUID in a path; a malformed id is as missing as an unknown one. */
export function playlistIdOf(text: string): string {
  const id = decodeId("pls", text);
  if (id === null) throw noSuchPlaylist();
  return id;
}

export function itemIdOf(text: string): string {
  const id = decodeId("pli", text);
  if (id === null) throw noSuchItem();
  return id;
}

export async function findPlaylist(db: Database, accountId: string, publicId: string): Promise<PlaylistRow> {
  const [row] = await db.readTenant<PlaylistRow>(accountId, selectPlaylist(accountId, playlistIdOf(publicId)));
  if (row === undefined) throw noSuchPlaylist();
  return row;
}

export async function holdPlaylist(tx: TenantTx, id: string): Promise<PlaylistRow> {
  const row = await lockPlaylist(tx, id);
  if (row === null) throw noSuchPlaylist();
  return row;
}
