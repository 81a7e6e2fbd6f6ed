import { noContent, type Handler } from "../../platform/http/operation.ts";
import { credentialsChannel } from "../accounts/index.ts";
import { deleteClient } from "./client-store.ts";
import type { OauthDeps } from "./deps.ts";
import { endOrphanedGrants } from "./end-grants.ts";
import { clientIdOf, noSuchClient } from "./getOauthClient.ts";
import { clientEntry } from "./token-lookup.ts";

export const deleteOauthClient =
  ({ db, clock, emit }: Pick<OauthDeps, "db" | "clock" | "emit">): Handler<"deleteOauthClient"> =>
  async ({ path, requestId, write }) => {
    const id = clientIdOf(path.client_id);
    const result = await write(async (tx) => {
      if (!(await deleteClient(tx, id))) throw noSuchClient();
      // With the client gone no token of it works; its grants in other accounts are only cleared away afterwards.
      await tx.notify(credentialsChannel, clientEntry(id));
      return noContent();
    });
    await endOrphanedGrants({ db, clock, emit }, { clientId: id, requestId });
    return result;
  };
