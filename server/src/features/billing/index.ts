export { billingEventTypes, customerOfEvent } from "./events.ts";
export { accountOfCustomer, allCustomers, findCustomer } from "./customers.ts";
export { fetchCustomerState, type CustomerState, type PaymentState, type SubscriptionState } from "./customer-state.ts";
export { endCustomer } from "./end-customer.ts";
export { createStripeAccess, type Mode, type StripeAccess } from "./stripe-access.ts";
