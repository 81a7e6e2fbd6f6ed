import { defineSettings, optional, url } from "../config/define.ts";

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
});
