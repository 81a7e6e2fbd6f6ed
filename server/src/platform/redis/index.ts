export { connectRedis, sendWithThisTurn, whenReady } from "./connection.ts";
export { watchLife } from "./life.ts";
export { redisScript } from "./script.ts";
