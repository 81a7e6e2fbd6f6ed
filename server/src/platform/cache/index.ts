export { createNotifiedCache, type NotifiedCache } from "./notified-cache.ts";
