export { createEmit, recordEvent, type EmitEvent } from "./emit.ts";
export { presentEvent } from "./present.ts";
export type { FanOut } from "./store.ts";
