import { ok, type Handler } from "../../platform/http/operation.ts";
import { credentialsChannel } from "../accounts/index.ts";
import { checkAppScopes } from "./client-scopes.ts";
import { lockClient, updateClient } from "./client-store.ts";
import { checkHomepage, checkLogoUri, checkRedirectUris } from "./client-urls.ts";
import type { OauthDeps } from "./deps.ts";
import { clientIdOf, noSuchClient } from "./getOauthClient.ts";
import { presentClient } from "./present.ts";
import { clientEntry } from "./token-lookup.ts";

export const updateOauthClient =
  ({ clock, policy }: Pick<OauthDeps, "clock" | "policy">): Handler<"updateOauthClient"> =>
  ({ path, body, write }) =>
    write(async (tx) => {
      const id = clientIdOf(path.client_id);
      const client = await lockClient(tx, id);
      if (!client) throw noSuchClient();
      if (body.redirect_uris) checkRedirectUris(body.redirect_uris, client.type);
      checkHomepage(body.homepage);
      checkLogoUri(body.logo_uri, policy);
      if (body.scopes) checkAppScopes(body.scopes);
      const row = await updateClient(tx, id, {
        ...body,
        ...(body.name !== undefined && { name: body.name.trim() }),
        ...(body.scopes && { scopes: body.scopes.toSorted() }),
        updated_at: clock.now(),
      });
      await tx.notify(credentialsChannel, clientEntry(id));
      return ok(presentClient(row));
    });
