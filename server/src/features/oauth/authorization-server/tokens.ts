import { errors, type Adapter, type AdapterPayload } from "oidc-provider";
import type { Scope } from "../../../generated/scopes.ts";
import type { Clock } from "../../../platform/clock/index.ts";
import type { Database, SystemTx } from "../../../platform/db/index.ts";
import { credentialsChannel } from "../../accounts/index.ts";
import { lockGrantOf } from "../grant-store.ts";
import { hashOf } from "../token-format.ts";
import { tokenEntry } from "../token-lookup.ts";
import { never } from "./never.ts";
import { canBeRepeated } from "./refresh-answer.ts";
import { inTransaction, requestScope } from "./request-scope.ts";
import {
  consumeToken,
  deleteToken,
  deleteTokensOfGrant,
  insertToken,
  selectToken,
  type TokenKind,
} from "./token-store.ts";

/** Access tokens, refresh tokens and codes: rows of the account that the app acts on, found by the hash of their text. */
export function tokens({ db, clock }: { db: Database; clock: Clock }, kind: TokenKind): Adapter {
  const forget = async (tx: SystemTx, hashes: readonly Buffer[]) => {
    for (const hash of hashes) await tx.notify(credentialsChannel, tokenEntry(hash));
  };
  return {
    upsert: (id, { jti: _secret, ...payload }, expiresIn) =>
      inTransaction(db, async (tx) => {
        const token = {
          hash: hashOf(id),
          kind,
          grant_id: payload.grantId ?? "",
          scopes: (payload.scope ?? "").split(" ").filter(Boolean) as Scope[],
          payload: payload as Record<string, unknown>,
          expires_at: new Date(clock.now().getTime() + (expiresIn ?? 0) * 1000),
        };
        if (!(await insertToken(tx, token))) throw new errors.InvalidGrant("the app was disconnected meanwhile");
      }),
    find: (id) =>
      inTransaction(db, async (tx): Promise<AdapterPayload | undefined> => {
        const scope = requestScope();
        const exchanging = scope?.tx === tx && scope.ctx.oidc.route === "token";
        const hash = hashOf(id);
        // The grant first: whoever ends it locks in that order, too.
        if (exchanging) await lockGrantOf(tx, hash);
        const row = await selectToken(tx, hash, kind, exchanging);
        if (!row) return undefined;
        const payload = { ...row.payload, jti: id } as AdapterPayload;
        if (exchanging && kind === "RefreshToken") {
          scope.refreshing = { grantId: row.grant_id, clientId: payload.clientId ?? "" };
          if (row.answer !== null && canBeRepeated(row.consumed_at, clock.now())) {
            scope.repeated = { token: id, answer: row.answer };
            return payload;
          }
        }
        return row.consumed_at ? { ...payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) } : payload;
      }),
    consume: (id) =>
      inTransaction(db, async (tx) => {
        const scope = requestScope();
        if (scope && kind === "RefreshToken") scope.consumed = id;
        // Only a repeated refresh gets here twice; everybody else saw that the token was consumed.
        if (!(await consumeToken(tx, hashOf(id), clock.now())))
          throw new errors.InvalidGrant("the token was exchanged before");
      }),
    destroy: (id) => inTransaction(db, async (tx) => forget(tx, await deleteToken(tx, hashOf(id)))),
    revokeByGrantId: (grantId) => {
      const scope = requestScope();
      if (scope) scope.revoked = true;
      return inTransaction(db, async (tx) => forget(tx, await deleteTokensOfGrant(tx, grantId, kind)));
    },
    findByUid: never(kind, "findByUid"),
    findByUserCode: never(kind, "findByUserCode"),
  };
}
