import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { StripeAccess } from "./stripe-access.ts";

export interface BillingDeps {
  db: Database;
  clock: Clock;
  stripe: StripeAccess;
  /** Origins that checkout and portal may lead back to, besides our own. */
  returnOrigins: readonly string[];
  publicUrl: () => string;
}
