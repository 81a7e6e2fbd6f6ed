import type { SystemTx, Tx } from "../../../platform/db/index.ts";

export interface BrowserStateRow {
  sealed: string;
  consumed_at: Date | null;
}

export async function upsertBrowserState(
  tx: Tx,
  state: { hash: Buffer; kind: string; uidHash: Buffer | null; userId: string | null; sealed: string; expiresAt: Date },
): Promise<void> {
  await tx.query(
    `insert into oauth_browser_states (hash, kind, uid_hash, user_id, sealed, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (hash) do update set uid_hash = excluded.uid_hash, user_id = excluded.user_id, sealed = excluded.sealed, expires_at = excluded.expires_at`,
    [state.hash, state.kind, state.uidHash, state.userId, state.sealed, state.expiresAt],
  );
}

export async function selectBrowserState(tx: Tx, kind: string, hash: Buffer): Promise<BrowserStateRow | null> {
  const [row] = await tx.query<BrowserStateRow>(
    "select sealed, consumed_at from oauth_browser_states where hash = $1 and kind = $2",
    [hash, kind],
  );
  return row ?? null;
}

/** By the id that other states name it with; that one opens nothing by itself. */
export async function selectBrowserStateByUid(
  tx: Tx,
  kind: string,
  uidHash: Buffer,
): Promise<(BrowserStateRow & { hash: Buffer }) | null> {
  const [row] = await tx.query<BrowserStateRow & { hash: Buffer }>(
    "select hash, sealed, consumed_at from oauth_browser_states where uid_hash = $1 and kind = $2",
    [uidHash, kind],
  );
  return row ?? null;
}

/** False when it was consumed before. */
export async function consumeBrowserState(tx: Tx, hash: Buffer, at: Date): Promise<boolean> {
  const rows = await tx.query(
    "update oauth_browser_states set consumed_at = $2 where hash = $1 and consumed_at is null returning hash",
    [hash, at],
  );
  return rows.length === 1;
}

export async function deleteBrowserState(tx: Tx, hash: Buffer): Promise<void> {
  await tx.query("delete from oauth_browser_states where hash = $1", [hash]);
}

export async function deleteBrowserStateByUid(tx: Tx, uidHash: Buffer): Promise<void> {
  await tx.query("delete from oauth_browser_states where uid_hash = $1", [uidHash]);
}

export async function deleteBrowserStatesOf(tx: SystemTx, userIds: readonly string[]): Promise<void> {
  await tx.query("delete from oauth_browser_states where user_id = any($1)", [userIds]);
}
