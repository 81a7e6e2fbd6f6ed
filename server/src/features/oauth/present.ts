import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { secretHint } from "./client-secret.ts";
import type { ClientRow } from "./client-store.ts";
import type { ConnectedAppRow } from "./grant-store.ts";

type Schemas = components["schemas"];

export function presentClient(row: ClientRow): Schemas["OauthClient"] {
  return {
    object: "oauth_client",
    id: encodeId("app", row.id),
    name: row.name,
    type: row.type,
    homepage: row.homepage,
    logo_uri: row.logo_uri,
    redirect_uris: row.redirect_uris,
    scopes: row.scopes,
    secret_hint: row.secret_last4 === null ? null : secretHint(row.secret_last4),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function presentConnectedApp(row: ConnectedAppRow): Schemas["ConnectedApp"] {
  return {
    object: "connected_app",
    id: encodeId("con", row.id),
    client: { id: encodeId("app", row.client_id), name: row.client_name, homepage: row.client_homepage },
    mode: row.mode,
    scopes: row.scopes,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at.toISOString(),
  };
}
