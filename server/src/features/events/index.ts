export { createEmit, recordEvent, type EmitEvent, type FanOut } from "./emit.ts";
export { keepEventLog } from "./maintenance.ts";
export { presentEvent } from "./present.ts";
export { eventsRoutes } from "./routes.ts";
