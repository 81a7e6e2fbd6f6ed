import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { type ClientRow, selectClient } from "./client-store.ts";
import type { OauthDeps } from "./deps.ts";
import { presentClient } from "./present.ts";

export const getOauthClient =
  ({ db }: Pick<OauthDeps, "db">): Handler<"getOauthClient"> =>
  async ({ principal: { accountId }, path }) => {
    const [row] = await db.readTenant<ClientRow>(accountId, selectClient(accountId, clientIdOf(path.client_id)));
    if (!row) throw noSuchClient();
    return ok(presentClient(row));
  };

/** The UUID in a path; a malformed id is as missing as an unknown one. */
export function clientIdOf(text: string): string {
  const id = decodeId("app", text);
  if (id === null) throw noSuchClient();
  return id;
}

export function noSuchClient(): ProblemError {
  return new ProblemError("not_found", { detail: "There is no OAuth client with this id in this account." });
}
