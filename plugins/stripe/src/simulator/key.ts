/** The only key that the simulator knows. */
export const simulatedKey = "sk_test_simulator";

/** The version of Stripe's API whose shapes the simulator has; others are refused. */
export const apiVersion = "2026-10-28.endive";
