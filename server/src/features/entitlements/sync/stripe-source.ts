import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { accountOfCustomer, customerOfEvent, fetchCustomerState, type StripeAccess } from "../../billing/index.ts";
import type { CustomerSource } from "./source.ts";

export function stripeSource({
  db,
  clock,
  stripe,
}: {
  db: Database;
  clock: Clock;
  stripe: StripeAccess;
}): CustomerSource {
  return {
    provider: "stripe",
    fetchState: (customer) => fetchCustomerState({ stripe, clock }, customer),
    accountOf: ({ mode, customerId }) => accountOfCustomer({ db }, mode, customerId),
    customerOfCharge: ({ mode, chargeId }) => customerOfEvent({ stripe }, { mode, data: { charge: chargeId } }),
  };
}
