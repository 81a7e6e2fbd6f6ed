import type { Scope } from "../../generated/scopes.ts";
import { createNotifiedCache } from "../../platform/cache/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database, Statement } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { credentialsChannel, modeOf } from "../accounts/index.ts";
import { selectClientScopes } from "./client-store.ts";
import { hashOf, isAccessToken } from "./token-format.ts";

/** Whom an access token stands for; null for one that is malformed, unknown, revoked or expired. */
export interface TokenLookup {
  find(token: string): Promise<Principal | null>;
  close(): void;
}

/** Ids of cache entries, notified when the grant or the client behind tokens changes or ends. */
export const grantEntry = (id: string): string => `oauth_grant:${id}`;
export const clientEntry = (id: string): string => `oauth_client:${id}`;
export const tokenEntry = (hash: Buffer): string => hash.toString("hex");

interface TokenRow {
  grant_id: string;
  scopes: Scope[];
  expires_at: Date;
}

interface GrantRow {
  account_id: string;
  client_id: string;
  user_id: string;
  scopes: Scope[];
  expires_at: Date;
  mode: "live" | "test";
}

interface ScopesRow {
  scopes: Scope[];
}

/**
 * Three caches, because three things can end apart: the token, the grant behind it and the client behind that. Each is
 * forgotten by one notification, however many tokens hang on it.
 */
export function createTokenLookup({ db, clock }: { db: Database; clock: Clock }): TokenLookup {
  const cached = <Row extends object>(prefix: string, statement: (id: string) => Statement) =>
    createNotifiedCache<Row>({
      db,
      channel: credentialsChannel,
      load: async (entry) => {
        const [row] = await db.readSystem<Row>(
          "OAuth look-up: the token names the tenant",
          statement(entry.slice(prefix.length)),
        );
        return row ?? null;
      },
    });
  const tokens = cached<TokenRow>(tokenEntry(Buffer.alloc(0)), selectAccessToken);
  const grants = cached<GrantRow>(grantEntry(""), selectUsableGrant);
  const clients = cached<ScopesRow>(clientEntry(""), selectClientScopes);
  const principalOf = createPrincipals();
  return {
    find: async (token) => {
      if (!isAccessToken(token)) return null;
      const found = await tokens.get(tokenEntry(hashOf(token)));
      const grant = found && (await grants.get(grantEntry(found.grant_id)));
      const client = grant && (await clients.get(clientEntry(grant.client_id)));
      const now = clock.now();
      return client && found.expires_at > now && grant.expires_at > now ? principalOf(found, grant, client) : null;
    },
    close: () => {
      tokens.close();
      grants.close();
      clients.close();
    },
  };
}

/** Makes a principal once for as long as the rows behind it stay the same objects. */
function createPrincipals() {
  const made = new WeakMap<TokenRow, { grant: GrantRow; client: ScopesRow; principal: Principal }>();
  return (token: TokenRow, grant: GrantRow, client: ScopesRow): Principal => {
    const known = made.get(token);
    if (known?.grant === grant && known.client === client) return known.principal;
    const principal: Principal = Object.freeze({
      kind: "oauth_token",
      accountId: grant.account_id,
      mode: grant.mode,
      scopes: new Set(token.scopes.filter((scope) => grant.scopes.includes(scope) && client.scopes.includes(scope))),
      keyId: null,
      sessionId: null,
      userId: grant.user_id,
      expiresAt: token.expires_at,
      clientId: grant.client_id,
    });
    made.set(token, { grant, client, principal });
    return principal;
  };
}

const selectAccessToken = (hash: string): Statement => ({
  name: "oauth_access_token",
  text: "select grant_id, scopes, expires_at from oauth_tokens where hash = $1 and kind = 'AccessToken'",
  values: [Buffer.from(hash, "hex")],
});

const selectUsableGrant = (id: string): Statement => ({
  name: "oauth_usable_grant",
  text: `select g.account_id, g.client_id, g.user_id, g.scopes, g.expires_at, ${modeOf("g.account_id")} as mode
           from oauth_grants g where g.id = $1`,
  values: [id],
});
