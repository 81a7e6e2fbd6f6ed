import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { decodeId, encodeId } from "../../../platform/ids/index.ts";
import { type AnyClientRow, selectAnyClient } from "../client-store.ts";
import { matchesSecret } from "../client-secret.ts";
import { never } from "./never.ts";
import { inTransaction } from "./request-scope.ts";

/** Clients are registered by our own operations; the library only reads them. */
export function clients({ db, clock }: { db: Database; clock: Clock }): Adapter {
  const refuse = (method: string) => never("Client", method);
  return {
    find: async (id) => {
      const uuid = decodeId("app", id);
      const row = uuid === null ? null : await inTransaction(db, (tx) => selectAnyClient(tx, uuid));
      return row ? metadata(row, clock.now()) : undefined;
    },
    upsert: refuse("upsert"),
    findByUid: refuse("findByUid"),
    findByUserCode: refuse("findByUserCode"),
    consume: refuse("consume"),
    destroy: refuse("destroy"),
    revokeByGrantId: refuse("revokeByGrantId"),
  };
}

function metadata(row: AnyClientRow, now: Date): AdapterPayload {
  const previous = row.previous_secret_until && row.previous_secret_until > now ? row.previous_secret_hash : null;
  const hashes = [row.secret_hash, previous].filter((hash) => hash !== null);
  // A loopback address or a scheme of its own means an app on somebody's device, which anybody can pretend to be there:
  // the library then asks for consent each time (RFC 8252, 8.6) and leaves the port open (7.3).
  const onDevice = row.redirect_uris.some((uri) => !uri.startsWith("https:"));
  return {
    client_id: encodeId("app", row.id),
    client_name: row.name,
    application_type: onDevice ? "native" : "web",
    redirect_uris: row.redirect_uris,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    response_modes: ["query"],
    token_endpoint_auth_method: hashes.length > 0 ? "client_secret_basic" : "none",
    ...(hashes.length > 0 && { client_secret: hashes.map((hash) => hash.toString("base64url")).join(" ") }),
    ...(row.homepage !== null && { client_uri: row.homepage }),
    app_scopes: row.scopes.join(" "),
  };
}

/** What the library compares secrets with: its client holds hashes where others hold the secret. */
export function compareClientSecret(this: { clientSecret?: string }, given: string): boolean {
  return matchesSecret(
    given,
    (this.clientSecret ?? "").split(" ").map((hash) => Buffer.from(hash, "base64url")),
  );
}
