import { defineSettings, optional, text, url } from "../config/define.ts";

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
    description: "first part of every key, for deployments that share one Redis",
    example: "musicverse-staging",
    fallback: { value: "musicverse" },
  }),
});
