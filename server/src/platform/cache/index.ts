export { createNotifiedCache, everyEntry } from "./notified-cache.ts";
