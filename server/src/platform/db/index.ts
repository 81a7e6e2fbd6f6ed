export { createDatabase } from "./database.ts";
export { againAfterDeadlock } from "./deadlock.ts";
export type { Database, Statement, SystemTx, TenantTx, Tx } from "./types.ts";
