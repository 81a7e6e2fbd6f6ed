import { Resolver } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { type EgressPolicy, isAllowedAddress } from "./address.ts";
import { EgressError } from "./errors.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Answers all addresses of a name, or rejects. Injected in tests. */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/**
 * Asks DNS itself, not getaddrinfo: that one runs on the four threads that file access shares, so a few names whose
 * servers hang would stop the whole process. Questions about one name at the same time are asked once.
 */
export function createResolver(options: { timeoutMs: number }): ResolveHost {
  const resolver = new Resolver({ timeout: Math.ceil(options.timeoutMs / 2), tries: 2 });
  const asked = new Map<string, Promise<readonly ResolvedAddress[]>>();

  const ask = async (hostname: string): Promise<readonly ResolvedAddress[]> => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found: ResolvedAddress[] = [];
    if (v4.status === "fulfilled") found.push(...v4.value.map((address) => ({ address, family: 4 as const })));
    if (v6.status === "fulfilled") found.push(...v6.value.map((address) => ({ address, family: 6 as const })));
    if (found.length === 0) {
      const cause: unknown = v4.status === "rejected" ? v4.reason : undefined;
      throw new EgressError("dns", `${hostname} has no address`, { cause });
    }
    return found;
  };

  return (hostname) => {
    if (hostname === "localhost") {
      return Promise.resolve([
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ]);
    }
    const running = asked.get(hostname);
    if (running !== undefined) return running;
    const answer = ask(hostname).finally(() => asked.delete(hostname));
    asked.set(hostname, answer);
    return answer;
  };
}

/**
 * A `lookup` for net.connect that refuses a name as soon as one of its addresses is not allowed: a name that mixes
 * public and private addresses is an attack, not a misconfiguration worth serving.
 */
export function guardedLookup(resolve: ResolveHost, policy: EgressPolicy): LookupFunction {
  const allowed = async (hostname: string): Promise<readonly ResolvedAddress[]> => {
    const addresses = await resolve(hostname).catch((error: unknown) => {
      if (error instanceof EgressError) throw error;
      throw new EgressError("dns", `${hostname} could not be resolved`, { cause: error });
    });
    if (addresses.length === 0) throw new EgressError("dns", `${hostname} has no address`);
    if (!addresses.every(({ address }) => isAllowedAddress(address, policy))) {
      throw new EgressError("refused_address", `${hostname} resolves to an address that is not allowed`);
    }
    return addresses;
  };

  return (hostname, options, answer) => {
    allowed(hostname).then(
      (addresses) => {
        const [first] = addresses;
        return options.all === true
          ? answer(
              null,
              addresses.map(({ address, family }) => ({ address, family })),
            )
          : answer(null, first?.address ?? "", first?.family);
      },
      (error: NodeJS.ErrnoException) => answer(error, []),
    );
  };
}
