import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { presentKey } from "./present.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { type ApiKeyRow, selectKey } from "./store.ts";

export const getApiKey =
  ({ db, clock }: Pick<ApiKeysDeps, "db" | "clock">): Handler<"getApiKey"> =>
  async ({ principal: { accountId, mode }, path }) => {
    const id = decodeId("key", path.api_key_id);
    const [row] = id === null ? [] : await db.readTenant<ApiKeyRow>(accountId, selectKey(accountId, id));
    if (!row) throw noSuchKey();
    return ok(presentKey(row, mode, clock.now()));
  };

export function noSuchKey(): ProblemError {
  return new ProblemError("not_found", { detail: "There is no API key with this id in this account." });
}
