export { createDatabase } from "./database.ts";
export type { Database, Statement, SystemTx, TenantTx } from "./types.ts";
