import type { Scope } from "../../../generated/scopes.ts";
import type { Tx } from "../../../platform/db/index.ts";

export type TokenKind = "AccessToken" | "AuthorizationCode" | "RefreshToken";

export interface TokenRow {
  hash: Buffer;
  kind: TokenKind;
  grant_id: string;
  scopes: Scope[];
  payload: Record<string, unknown>;
  consumed_at: Date | null;
  answer: string | null;
}

/** Stored beside its grant; false when that has ended meanwhile. */
export async function insertToken(
  tx: Tx,
  token: Pick<TokenRow, "hash" | "kind" | "grant_id" | "scopes" | "payload"> & { expires_at: Date },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into oauth_tokens (account_id, hash, kind, grant_id, scopes, payload, expires_at)
     select account_id, $1, $2, id, $4, $5, $6 from oauth_grants where id = $3 returning hash`,
    [token.hash, token.kind, token.grant_id, token.scopes, JSON.stringify(token.payload), token.expires_at],
  );
  return rows.length === 1;
}

/** With `lock`, nobody else reads it so until the transaction ends: of two that exchange a token at once, one is second. */
export async function selectToken(tx: Tx, hash: Buffer, kind: TokenKind, lock: boolean): Promise<TokenRow | null> {
  const [row] = await tx.query<TokenRow>(
    `select hash, kind, grant_id, scopes, payload, consumed_at, answer from oauth_tokens where hash = $1 and kind = $2${lock ? " for update" : ""}`,
    [hash, kind],
  );
  return row ?? null;
}

/** False when it was consumed before. */
export async function consumeToken(tx: Tx, hash: Buffer, at: Date): Promise<boolean> {
  const rows = await tx.query(
    "update oauth_tokens set consumed_at = $2 where hash = $1 and consumed_at is null returning hash",
    [hash, at],
  );
  return rows.length === 1;
}

/** What a refresh token was exchanged for, for those who ask with it again; `until` its theft would still be noticed. */
export async function keepAnswer(tx: Tx, hash: Buffer, sealed: string, until: Date): Promise<void> {
  await tx.query("update oauth_tokens set answer = $2, expires_at = least(expires_at, $3) where hash = $1", [
    hash,
    sealed,
    until,
  ]);
}

/** The hashes of the access tokens among those deleted. */
export async function deleteToken(tx: Tx, hash: Buffer): Promise<Buffer[]> {
  return accessTokensOf(
    await tx.query<Deleted>("delete from oauth_tokens where hash = $1 returning hash, kind", [hash]),
  );
}

/** Likewise, all of one kind that came of a grant. */
export async function deleteTokensOfGrant(tx: Tx, grantId: string, kind: TokenKind): Promise<Buffer[]> {
  return accessTokensOf(
    await tx.query<Deleted>("delete from oauth_tokens where grant_id = $1 and kind = $2 returning hash, kind", [
      grantId,
      kind,
    ]),
  );
}

type Deleted = Pick<TokenRow, "hash" | "kind">;
const accessTokensOf = (rows: Deleted[]) => rows.filter(({ kind }) => kind === "AccessToken").map(({ hash }) => hash);
