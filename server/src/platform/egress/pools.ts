import { LRUCache } from "lru-cache";
import { Pool } from "undici";
import { createGuardedConnector, type ConnectorOptions } from "./connector.ts";

export interface EgressPoolsOptions extends ConnectorOptions {
  /** Connections per pool: at least the number of requests its user sends at once, or they would queue unseen. */
  connections: number;
  /** Longest wait for the head of a response; the exchange has its own limits, this one is the backstop. */
  headMs: number;
}

export interface EgressPools {
  /** The keep-alive pool of `key` towards `origin`. Different keys never share connections. */
  get(key: string, origin: string): Pool;
  close(): Promise<void>;
}

const POOLS_MAX = 5_000;
const RESPONSE_HEAD_BYTES_MAX = 16_384;

/**
 * Keep-alive pools that can only reach allowed addresses. They are kept per key and not per origin alone: two tenants
 * whose endpoints live at the same host must not wait for each other's slow requests.
 */
export function createEgressPools(options: EgressPoolsOptions): EgressPools {
  const connect = createGuardedConnector(options);
  // A pool that falls out of the cache is only forgotten: whoever still sends through it may finish, and its idle
  // connections close by themselves after the keep-alive time.
  const pools = new LRUCache<string, Pool>({ max: POOLS_MAX });

  return {
    get(key, origin) {
      const id = `${key} ${origin}`;
      const known = pools.get(id);
      if (known !== undefined) return known;
      const pool = new Pool(origin, {
        connect,
        connections: options.connections,
        pipelining: 1,
        // One request per connection is what the limits here count on.
        allowH2: false,
        maxHeaderSize: RESPONSE_HEAD_BYTES_MAX,
        headersTimeout: options.headMs,
        bodyTimeout: options.headMs,
        // Below the 5 s after which many servers close an idle connection: a request rarely meets a closing one.
        keepAliveTimeout: 4_000,
        keepAliveMaxTimeout: 60_000,
      });
      pools.set(id, pool);
      return pool;
    },
    async close() {
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map((pool) => pool.destroy()));
    },
  };
}
