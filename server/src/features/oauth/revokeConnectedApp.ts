import { noContent, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { OauthDeps } from "./deps.ts";
import { endGrant } from "./end-grants.ts";

export const revokeConnectedApp =
  (deps: Pick<OauthDeps, "clock" | "emit">): Handler<"revokeConnectedApp"> =>
  ({ path, requestId, write }) =>
    write(async (tx) => {
      const id = decodeId("con", path.connected_app_id);
      const ended = id !== null && (await endGrant(deps, tx, id, { reason: "user_revoked", requestId }));
      if (!ended)
        throw new ProblemError("not_found", { detail: "There is no connected app with this id in this account." });
      return noContent();
    });
