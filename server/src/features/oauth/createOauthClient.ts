import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import { checkAppScopes } from "./client-scopes.ts";
import { newClientSecret } from "./client-secret.ts";
import { countClients, insertClient } from "./client-store.ts";
import { checkHomepage, checkLogoUri, checkRedirectUris } from "./client-urls.ts";
import type { OauthDeps } from "./deps.ts";
import { presentClient } from "./present.ts";

const CLIENTS_MAX = 50;

export const createOauthClient =
  ({ clock, policy }: Pick<OauthDeps, "clock" | "policy">): Handler<"createOauthClient"> =>
  async ({ body, write }) => {
    checkRedirectUris(body.redirect_uris, body.type);
    checkHomepage(body.homepage);
    checkLogoUri(body.logo_uri, policy);
    checkAppScopes(body.scopes);
    const issued = body.type === "confidential" ? newClientSecret() : null;
    return write(async (tx) => {
      if ((await countClients(tx)) >= CLIENTS_MAX) {
        throw new ProblemError("oauth_client_limit_reached", {
          detail: `The account has ${CLIENTS_MAX} OAuth clients, the most allowed. Delete one first.`,
        });
      }
      const now = clock.now();
      const row = {
        id: newId(),
        name: body.name.trim(),
        type: body.type,
        homepage: body.homepage ?? null,
        logo_uri: body.logo_uri ?? null,
        redirect_uris: body.redirect_uris,
        scopes: body.scopes.toSorted(),
        secret_last4: issued?.last4 ?? null,
        created_at: now,
        updated_at: now,
      };
      await insertClient(tx, { ...row, secret_hash: issued?.secretHash ?? null });
      return created(
        { ...presentClient(row), client_secret: issued?.secret ?? null },
        { Location: `/v1/oauth/clients/${encodeId("app", row.id)}` },
      );
    });
  };
