export { createIncomingRegistry, type IncomingEvent, type IncomingRegistry } from "./registry.ts";
export { forgetIncomingEvents } from "./maintenance.ts";
export { incomingEventWork } from "./work.ts";
