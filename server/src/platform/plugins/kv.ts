import type { PluginKv } from "@musicverse/plugin-kit";
import { LRUCache } from "lru-cache";

const entriesMax = 10_000;
const valueLengthMax = 16_384;
const ttlMaxSeconds = 86_400;

/** `ctx.kv` in this process's memory: a cache, so losing it is within the contract. Keys of two accounts never meet. */
export class PluginCache {
  private readonly entries = new LRUCache<string, string>({ max: entriesMax, ttl: ttlMaxSeconds * 1000 });

  scopedTo(pluginId: string, accountId: string): PluginKv {
    const name = (key: string): string => JSON.stringify([pluginId, accountId, key]);
    return {
      get: async (key) => this.entries.get(name(key)) ?? null,
      set: async (key, value, { ttlSeconds }) => {
        if (value.length > valueLengthMax) throw new RangeError(`kv values have at most ${valueLengthMax} characters`);
        this.entries.set(name(key), value, { ttl: Math.min(ttlMaxSeconds, Math.max(1, ttlSeconds)) * 1000 });
      },
      delete: async (key) => void this.entries.delete(name(key)),
    };
  }
}
