import type { Exported } from "../account-data/index.ts";

export const exported: Exported = {
  tables: [
    {
      table: "oauth_clients",
      about: "apps that you registered, without their secrets",
      columns: ["id", "name", "type", "homepage", "logo_uri", "redirect_uris", "scopes", "created_at", "updated_at"],
      ids: { id: "app" },
    },
    {
      table: "oauth_grants",
      about: "apps of others that you connected",
      columns: ["id", "client_id", "scopes", "created_at", "consented_at", "last_used_at", "expires_at"],
      ids: { id: "con", client_id: "app" },
    },
  ],
  leftOut: {
    oauth_tokens: "hashes of what connected apps hold; the apps are in oauth_grants.json",
  },
};
