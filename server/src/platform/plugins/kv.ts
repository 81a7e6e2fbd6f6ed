import type { PluginKv } from "@musicverse/plugin-kit";
import { LRUCache } from "lru-cache";

const ENTRIES_MAX = 10_000;
const VALUE_LENGTH_MAX = 16_384;
const TTL_MAX_SECONDS = 86_400;

/** `ctx.kv` in this process's memory: a cache, so losing it is within the contract. Keys of two accounts never meet. */
export class PluginCache {
  private readonly entries = new LRUCache<string, string>({ max: ENTRIES_MAX, ttl: TTL_MAX_SECONDS * 1000 });

  scopedTo(pluginId: string, accountId: string): PluginKv {
    const name = (key: string): string => JSON.stringify([pluginId, accountId, key]);
    return {
      get: async (key) => this.entries.get(name(key)) ?? null,
      set: async (key, value, { ttlSeconds }) => {
        if (value.length > VALUE_LENGTH_MAX)
          throw new RangeError(`kv values have at most ${VALUE_LENGTH_MAX} characters`);
        this.entries.set(name(key), value, { ttl: Math.min(TTL_MAX_SECONDS, Math.max(1, ttlSeconds)) * 1000 });
      },
      delete: async (key) => void this.entries.delete(name(key)),
    };
  }
}
