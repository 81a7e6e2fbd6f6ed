export { createNotifiedCache } from "./notified-cache.ts";
