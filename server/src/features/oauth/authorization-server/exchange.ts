import type { KoaContextWithOIDC } from "oidc-provider";
import type { Clock } from "../../../platform/clock/index.ts";
import type { SystemTx } from "../../../platform/db/index.ts";
import type { EmitEvent } from "../../events/index.ts";
import { endGrant } from "../end-grants.ts";
import { accountOfGrant, touchGrant } from "../grant-store.ts";
import { hashOf } from "../token-format.ts";
import { grantLifetimeMs } from "./lifetimes.ts";
import { openAnswer, sealAnswer } from "./refresh-answer.ts";
import type { RequestScope } from "./request-scope.ts";
import { keepAnswer } from "./token-store.ts";
import { DAY_MS } from "../../../platform/time/index.ts";

/** An exchanged refresh token is remembered this long: who comes with it has stolen it. In ms. */
const THEFT_NOTICED_MS = 7 * DAY_MS;

/** What the token endpoint does in the library's transaction, after the library has answered. */
export async function afterExchange(
  scope: RequestScope,
  tx: SystemTx,
  { clock, emit }: { clock: Clock; emit: EmitEvent },
): Promise<void> {
  const { ctx, refreshing, repeated, consumed } = scope;
  const client = ctx.oidc.client?.clientId ?? "";
  const question = { clientId: client, scope: textOf(ctx.oidc.params?.["scope"]) };
  const now = clock.now();

  if (refreshing && refreshing.clientId !== client) {
    // Another client proved who it is and holds this one's token: whichever of the two is the thief, both lose it.
    scope.revoked = true;
    const accountId = await accountOfGrant(tx, refreshing.grantId);
    if (accountId !== null) {
      await endGrant({ clock, emit }, tx.asAccount(accountId), refreshing.grantId, {
        reason: "refresh_token_reused",
        requestId: scope.requestId,
      });
    }
  } else if (repeated && consumed === repeated.token) {
    const answer = openAnswer(repeated.token, question, repeated.answer);
    if (answer) respond(ctx, answer);
  } else if (ctx.status === 200) {
    const grantId = ctx.oidc.entities.Grant?.jti;
    if (grantId !== undefined) await touchGrant(tx, grantId, now, new Date(now.getTime() + grantLifetimeMs));
    if (consumed !== null) {
      const sealed = sealAnswer(consumed, question, ctx.body as object);
      await keepAnswer(tx, hashOf(consumed), sealed, new Date(now.getTime() + THEFT_NOTICED_MS));
    }
  }
}

function respond(ctx: KoaContextWithOIDC, answer: object): void {
  ctx.status = 200;
  ctx.body = answer;
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
