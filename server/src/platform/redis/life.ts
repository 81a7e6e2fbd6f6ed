import type { Redis } from "ioredis";

/**
 * Which run of Redis a connection leads to, or null while nobody knows. Another run may have lost what the one before was
 * told: it came back empty or from an older copy, or was a replica that had not heard of everything.
 */
export function watchLife(redis: Redis): () => string | null {
  let life: string | null = null;
  const ask = async () => {
    const info = await redis.info("server");
    life = /^run_id:(\w+)/m.exec(info)?.[1] ?? null;
  };
  const begin = () => void ask().catch(() => undefined);
  redis.on("ready", begin);
  redis.on("close", () => {
    life = null;
  });
  if (redis.status === "ready") begin();
  return () => life;
}
