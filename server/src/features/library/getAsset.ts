import type { Database } from "../../platform/db/index.ts";
import { entityTag } from "../../platform/http/etag.ts";
import { ok } from "../../platform/http/operation.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { LibraryDeps } from "./deps.ts";
import { presentAsset } from "./present.ts";
import { selectAsset } from "./store.ts";
import type { AssetRow } from "./store.ts";

export const getAsset =
  ({ db }: Pick<LibraryDeps, "db">): Handler<"getAsset"> =>
  async ({ principal, path }) => {
    const asset = presentAsset(await readAsset(db, principal.accountId, path.asset_id));
    return ok(asset, { ETag: entityTag(asset) });
  };

/** Another account's asset is as missing as one that never was. */
export async function readAsset(db: Database, accountId: string, publicId: string): Promise<AssetRow> {
  const id = decodeId("ast", publicId);
  const [row] = id === null ? [] : await db.readTenant<AssetRow>(accountId, selectAsset(accountId, id));
  if (!row) throw noSuchAsset();
  return row;
}

export function noSuchAsset(): ProblemError {
  return new ProblemError("not_found", { detail: "There is no asset with this id in this account." });
}
