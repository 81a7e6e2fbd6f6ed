import type { Clock } from "../../platform/clock/index.ts";
import type { Database, SystemTx } from "../../platform/db/index.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { SignInCheck } from "../accounts/index.ts";
import type { Notify } from "../notifications/index.ts";

/** Ends all credentials of one sort that the accounts gave out, everywhere, with the commit of `tx`. */
export type EndCredentials = (tx: SystemTx, accountIds: readonly string[], at: Date) => Promise<void>;

export interface AccountDataDeps {
  db: Database;
  clock: Clock;
  limiter: Limiter;
  signInCheck: SignInCheck;
  storage: BlobStorage;
  work: Pick<WorkEngine, "enqueue">;
  notify: Notify;
  /** Of every slice that gives out credentials. */
  endCredentials: readonly EndCredentials[];
}
