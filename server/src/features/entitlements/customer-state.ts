/** What decides, of all that the payment provider says about a customer right now; `fetchCustomerState` of billing gives it. */
export interface CustomerState {
  subscriptions: readonly SubscriptionState[];
  /** Payments for the add-on, refunded ones too. */
  boosts: readonly PaymentState[];
}

export interface SubscriptionState {
  /** The provider's. */
  id: string;
  /** In the provider's words: active, trialing, past_due, unpaid, canceled, incomplete, … */
  status: string;
  /** Id of a plan of the catalogue; null for a price that sells none. */
  plan: string | null;
  createdAt: Date;
  /** Of the period that is running, whether it is paid or not. */
  currentPeriodStart: Date;
  currentPeriodEnd: Date;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  endedAt: Date | null;
  /** Of the newest invoice that was paid or tried; null: none was. */
  latestPayment: PaymentState | null;
}

export interface PaymentState {
  /** The provider's. */
  paymentIntentId: string;
  paidAt: Date;
  /** Wholly. */
  refunded: boolean;
  /** How it stands with the customer's bank, in the provider's words; null: nobody disputes it. */
  dispute: string | null;
}
