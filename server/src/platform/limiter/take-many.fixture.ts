// A second API process, for the test of exactness: takes <count> times, 20 at once, from one bucket of 100 and
// prints how many were admitted. Both processes wait for each other, so that they really compete.
import { pino } from "pino";
import { connectRedis, whenReady } from "../redis/index.ts";
import { createRedisLimiter } from "./redis.ts";

const [url = "", count = "0"] = process.argv.slice(2);
const redis = connectRedis({ url, use: "limiter", log: pino({ level: "silent" }) });
await whenReady(redis, 5000);
await redis.incr("competitors");
while ((await redis.get("competitors")) !== "2");

const limiter = createRedisLimiter(redis);
const bucket = { key: "{shared}", capacity: 100, refill: 100, intervalMs: 3_600_000 };
let admitted = 0;
for (let taken = 0; taken < Number(count); taken += 20) {
  const decisions = await Promise.all(Array.from({ length: 20 }, () => limiter.take([bucket])));
  admitted += decisions.filter((decision) => decision.allowed).length;
}
process.stdout.write(String(admitted));
redis.disconnect();
