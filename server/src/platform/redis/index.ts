export { connectRedis, whenReady, type RedisConnectionOptions, type RedisUse } from "./connection.ts";
