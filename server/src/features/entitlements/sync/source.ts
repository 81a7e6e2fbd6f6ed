import type { CustomerState } from "../customer-state.ts";

export interface Customer {
  /** Id of the plugin that is paid through. */
  provider: string;
  mode: "live" | "test";
  /** The provider's. */
  customerId: string;
}

export interface Charge extends Omit<Customer, "customerId"> {
  chargeId: string;
}

/** A payment provider, and who its customers are here. */
export interface CustomerSource {
  provider: string;
  /** What it says now, read anew. */
  fetchState(customer: Customer): Promise<CustomerState>;
  /** UUID; null: nobody of ours. */
  accountOf(customer: Customer): Promise<string | null>;
  /** Who paid a charge; null: nobody. */
  customerOfCharge(charge: Charge): Promise<string | null>;
}
