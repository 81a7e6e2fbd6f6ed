export { createLastUsedRecorder, type Use } from "./last-used.ts";
