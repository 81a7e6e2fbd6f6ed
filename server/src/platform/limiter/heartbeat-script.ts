import { redisScript } from "../redis/index.ts";

/**
 * "I am here": how many processes share the limits, and which life of Redis this is; one that has forgotten everything gets
 * another name. KEYS: processes, life. ARGV: this process, how long it counts in ms, a name for a new life.
 */
export const heartbeatScript = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'NX')
return { redis.call('ZCARD', KEYS[1]), redis.call('GET', KEYS[2]) }
`);
