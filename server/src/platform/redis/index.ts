export { connectRedis, whenReady } from "./connection.ts";
