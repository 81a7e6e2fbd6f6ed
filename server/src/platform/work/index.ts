export { createWorkEngine, type WorkEngineOptions } from "./engine.ts";
export {
  WorkDelayed,
  type WorkEngine,
  type WorkKind,
  type WorkPointer,
  type WorkResult,
  type WorkRunContext,
} from "./work.ts";
export { startMaintenance, type Chore } from "./maintenance.ts";
export { createBackoff } from "./backoff.ts";
export { defineLeasedWork } from "./leased-work.ts";
export { createLeases, type Lease } from "./leases.ts";
