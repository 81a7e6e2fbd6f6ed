export { createDatabase } from "./database.ts";
export { againAfterDeadlock } from "./deadlock.ts";
export { only } from "./only.ts";
export type { SystemTx, TenantTx, Tx } from "./tx.ts";
export type { Database, Statement } from "./types.ts";
