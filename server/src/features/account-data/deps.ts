import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { EndCredentials, SignInCheck } from "../accounts/index.ts";
import type { Exported } from "./exported.ts";
import type { Notify } from "../notifications/index.ts";

export interface AccountDataDeps {
  db: Database;
  clock: Clock;
  limiter: Limiter;
  signInCheck: SignInCheck;
  storage: BlobStorage;
  work: Pick<WorkEngine, "enqueue">;
  notify: Notify;
  /** Of every slice that gives out credentials, or data to elsewhere. */
  endCredentials: readonly EndCredentials[];
  /** What each slice puts into the archive. */
  exports: readonly Exported[];
}
