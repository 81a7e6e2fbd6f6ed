import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import { mailKind, mailOf, sealMail, type Notice } from "./mail.ts";
import { insertMail } from "./store.ts";

/**
 * Writes a mail to the owner of an account (or of its live twin) in the caller's transaction: it is sent if that commits,
 * whatever happens to this process. `tx` must be the account's own transaction or a system one.
 */
export type Notify = (tx: Tx, accountId: string, notice: Notice) => Promise<void>;

export interface NotifyDeps {
  keyRing: KeyRing;
  clock: Clock;
  work: Pick<WorkEngine, "enqueue">;
}

export function createNotify({ keyRing, clock, work }: NotifyDeps): Notify {
  return async (tx, accountId, notice) => {
    const id = newId();
    const content = sealMail(keyRing, accountId, id, mailOf(notice));
    await insertMail(tx, { account_id: accountId, id, content, created_at: clock.now() });
    tx.afterCommit(() => work.enqueue(mailKind, { id, accountId }));
  };
}
