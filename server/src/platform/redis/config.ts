import { defineSettings, integer, optional, text, url } from "../config/define.ts";

export const settings = defineSettings({
  redisUrl: optional(
    url({
      variable: "REDIS_URL",
      description: "Redis 6.2 or newer, or Valkey; without it queues live in Postgres and limits count per process",
      example: "redis://localhost:6379",
      secret: true,
      protocols: ["redis", "rediss"],
    }),
  ),
  redisPrefix: text({
    variable: "REDIS_PREFIX",
    description: "prefix of every key, for deployments that share one Redis",
    example: "musicverse-staging",
    fallback: { value: "musicverse" },
  }),
  limiterTimeoutMs: integer({
    variable: "LIMITER_TIMEOUT_MS",
    description:
      "longest wait for Redis to count a request; then limits are counted per process until Redis answers again",
    example: "250",
    min: 50,
    max: 60_000,
    // Only a Redis that hangs costs this, once per outage. Shorter would call a busy machine an outage: 150 ms were seen on
    // two overloaded cores.
    fallback: { value: 250 },
  }),
});
