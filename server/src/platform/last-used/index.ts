export { createLastUsedRecorder, type LastUsedRecorder, type Use } from "./last-used.ts";
