import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database, SystemTx } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { Notify } from "../notifications/index.ts";
import type { CountKeys } from "./admin-store.ts";
import type { SignInCheck } from "./sign-in-check.ts";

export interface AccountsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  limiter: Limiter;
  keyRing: KeyRing;
  work: Pick<WorkEngine, "enqueue">;
  notify: Notify;
  /** Where links in mails lead to. */
  publicUrl(): string;
  signInCheck: SignInCheck;
  countKeys: CountKeys;
  /** Of every slice that gives out credentials, or data to elsewhere: ends what was made before an address was first proven. */
  endUnproven: readonly EndCredentials[];
}

/** Ends something of the accounts, everywhere, with the commit of `tx`. */
export type EndCredentials = (tx: SystemTx, accountIds: readonly string[], at: Date) => Promise<void>;
