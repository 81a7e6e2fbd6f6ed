import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Clock } from "../../../platform/clock/index.ts";
import { DecryptionError, type KeyRing } from "../../../platform/crypto/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { decodeId } from "../../../platform/ids/index.ts";
import { hashOf } from "../token-format.ts";
import { never } from "./never.ts";
import {
  type BrowserStateRow,
  consumeBrowserState,
  deleteBrowserState,
  selectBrowserState,
  selectBrowserStateByUid,
  upsertBrowserState,
} from "./browser-state-store.ts";
import { inTransaction } from "./request-scope.ts";

/** Sessions of browsers, requests that wait for sign-in or consent, and requests that were pushed ahead. */
export function browserStates(
  { db, clock, keyRing }: { db: Database; clock: Clock; keyRing: KeyRing },
  kind: string,
): Adapter {
  const aad = (hash: Buffer) => `oauth|${kind}|${hash.toString("hex")}`;
  const open = (row: BrowserStateRow, hash: Buffer): AdapterPayload | undefined => {
    try {
      const payload = JSON.parse(keyRing.decrypt(row.sealed, aad(hash))) as AdapterPayload;
      return { ...payload, ...(row.consumed_at && { consumed: Math.floor(row.consumed_at.getTime() / 1000) }) };
    } catch (error) {
      // Sealed with a key that was dropped, or that only a newer process has yet: that browser signs in once more.
      if (error instanceof DecryptionError) return undefined;
      throw error;
    }
  };
  return {
    upsert: (id, { jti: _secret, ...payload }, expiresIn) =>
      inTransaction(db, async (tx) => {
        const hash = hashOf(id);
        await upsertBrowserState(tx, {
          hash,
          kind,
          uidHash: kind === "Session" && payload.uid ? hashOf(payload.uid) : null,
          userId: userOf(payload),
          sealed: keyRing.encrypt(JSON.stringify(payload), aad(hash)),
          expiresAt: new Date(clock.now().getTime() + (expiresIn ?? 0) * 1000),
        });
      }),
    find: (id) =>
      inTransaction(db, async (tx) => {
        const hash = hashOf(id);
        const row = await selectBrowserState(tx, kind, hash);
        const payload = row && open(row, hash);
        return payload ? { ...payload, jti: id } : undefined;
      }),
    findByUid: (uid) =>
      inTransaction(db, async (tx) => {
        const row = await selectBrowserStateByUid(tx, kind, hashOf(uid));
        return row ? open(row, row.hash) : undefined;
      }),
    consume: (id) =>
      inTransaction(db, async (tx) => {
        await consumeBrowserState(tx, hashOf(id), clock.now());
      }),
    destroy: (id) => inTransaction(db, (tx) => deleteBrowserState(tx, hashOf(id))),
    findByUserCode: never(kind, "findByUserCode"),
    revokeByGrantId: never(kind, "revokeByGrantId"),
  };
}

/** Who is signed in, in a session or in a request that began in one; null before anybody is. */
function userOf({ accountId, session, result }: AdapterPayload): string | null {
  const id = accountId ?? session?.accountId ?? result?.login?.accountId;
  return id === undefined ? null : decodeId("usr", id);
}
