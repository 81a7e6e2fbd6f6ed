export { connectRedis, sendWithThisTurn, whenReady } from "./connection.ts";
