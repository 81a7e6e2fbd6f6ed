import type { Adapter } from "oidc-provider";
import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { encodeId } from "../../../platform/ids/index.ts";
import type { EmitEvent } from "../../events/index.ts";
import { endGrant } from "../end-grants.ts";
import { accountOfGrant, selectGrant } from "../grant-store.ts";
import { never } from "./never.ts";
import { audience } from "./audience.ts";
import { inTransaction, requestScope } from "./request-scope.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Grants are written by the consent page; the library reads them, and ends one when something was stolen or given back. */
export function grants({ db, clock, emit }: { db: Database; clock: Clock; emit: EmitEvent }): Adapter {
  const refuse = (method: string) => never("Grant", method);
  return {
    find: async (id) => {
      const row = UUID.test(id) ? await inTransaction(db, (tx) => selectGrant(tx, id)) : null;
      if (!row) return undefined;
      return {
        kind: "Grant",
        jti: row.id,
        accountId: encodeId("usr", row.user_id),
        clientId: encodeId("app", row.client_id),
        iat: seconds(row.created_at),
        exp: seconds(row.expires_at),
        resources: { [audience]: row.scopes.join(" ") },
      };
    },
    destroy: async (id) => {
      const scope = requestScope();
      if (scope) scope.revoked = true;
      await inTransaction(db, async (tx) => {
        const accountId = await accountOfGrant(tx, id);
        if (accountId !== null)
          await endGrant({ clock, emit }, tx.asAccount(accountId), id, {
            reason: reasonOf(scope),
            requestId: scope?.requestId,
          });
      });
    },
    upsert: refuse("upsert"),
    findByUid: refuse("findByUid"),
    findByUserCode: refuse("findByUserCode"),
    consume: refuse("consume"),
    revokeByGrantId: refuse("revokeByGrantId"),
  };
}

function reasonOf(scope: ReturnType<typeof requestScope>) {
  const oidc = scope?.ctx.oidc;
  if (oidc?.route === "revocation") return "app_revoked";
  return oidc?.params?.["grant_type"] === "authorization_code" ? "code_reused" : "refresh_token_reused";
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
