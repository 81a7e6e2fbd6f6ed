export { createIncomingRegistry, type IncomingEvent, type IncomingRegistry } from "./registry.ts";
export { incomingEventsRoutes } from "./routes.ts";
export { forgetIncomingEvents } from "./maintenance.ts";
export { incomingEventWork } from "./work.ts";
export { incomingEventKind } from "./work-names.ts";
