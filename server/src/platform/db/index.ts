export { createDatabase } from "./database.ts";
export type { Database, Statement, SystemTx, TenantTx, Tx } from "./types.ts";
