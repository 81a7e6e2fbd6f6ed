export { createEmit, recordEvent, type EmitEvent } from "./emit.ts";
export { keepEventLog } from "./maintenance.ts";
export { presentEvent } from "./present.ts";
export { eventsRoutes } from "./routes.ts";
export type { FanOut } from "./store.ts";
