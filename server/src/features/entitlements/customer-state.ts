/** What the payment provider says about one customer right now. */
export interface CustomerState {
  subscriptions: readonly SubscriptionState[];
  /** Payments for the add-on, refunded ones too. */
  boosts: readonly BoostPayment[];
}

export interface SubscriptionState {
  /** The provider's. */
  id: string;
  /** In the provider's words: active, trialing, past_due, unpaid, canceled, incomplete, … */
  status: string;
  /** Id of a plan of the catalogue; null for a price that sells none. */
  plan: string | null;
  startedAt: Date;
  /** Of the period that is running, whether it is paid or not. */
  currentPeriodStart: Date;
  currentPeriodEnd: Date;
  cancelAtPeriodEnd: boolean;
}

export interface BoostPayment {
  /** The provider's. */
  id: string;
  paidAt: Date;
  /** In full. */
  refunded: boolean;
  /** The customer's bank took the money back, or may: a dispute that is open or lost. */
  disputed: boolean;
}
