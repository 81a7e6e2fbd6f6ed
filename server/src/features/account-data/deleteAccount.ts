import type { Handler } from "../../platform/http/operation.ts";
import { deleteUser, type CheckPassword } from "../accounts/index.ts";
import type { AccountDataDeps } from "./deps.ts";
import { insertErasure } from "./erasure-store.ts";
import { erasureKind } from "./erasure.ts";

/** What signs in or acts goes at once, in one transaction with the order to remove the rest. */
export const deleteAccount =
  ({ db, clock, notify, work, endCredentials }: AccountDataDeps, check: CheckPassword): Handler<"deleteAccount"> =>
  async ({ principal, body, ip }) => {
    const owner = await check(principal, { field: "password", password: body.password, ip });
    const [liveId, sandboxId] = [owner.account_id, owner.sandbox_id];
    await db.asSystem("delete an account: the pair, and what it gave out", async (tx) => {
      const at = clock.now();
      for (const end of endCredentials) await end(tx, [liveId, sandboxId], at);
      await deleteUser(tx, { accountId: liveId, userId: owner.user_id }, at);
      await insertErasure(tx, { liveId, sandboxId }, at);
      await notify(tx, liveId, {
        to: owner.email,
        subject: "Your account was deleted",
        paragraphs: [
          "Your MusicVerse account, its sandbox and all of their data are being removed. This is the last mail that you get from us.",
        ],
      });
      tx.afterCommit(() => work.enqueue(erasureKind, { id: liveId, accountId: liveId }));
    });
    return { status: 202 };
  };
