import { Resources } from "./generated/resources.ts";
import { mergeOptions } from "./options.ts";
import type { ClientOptions } from "./options.ts";
import { Transport } from "./transport/transport.ts";

/**
 * Client of the MusicVerse API.
 *
 * ```ts
 * const client = new MusicVerse({ apiKey: "amv_test_…" });
 * const generation = await client.generations.create({ prompt: "slow blues, rain outside" });
 * ```
 *
 * It holds no connection and no global state: make as many as you like.
 */
export class MusicVerse extends Resources {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    super(new Transport(options));
    this.#options = { ...options };
  }

  /** A copy of this client with some options changed: `client.withOptions({ timeoutMs: 5_000 }).tracks.list()`. */
  withOptions(changes: ClientOptions): MusicVerse {
    return new MusicVerse(mergeOptions(this.#options, changes));
  }
}

/** A group of operations, such as `TracksResource`. */
export type ResourceClass<R> = new (transport: Transport) => R;

/** What {@link createClient} makes of some groups. */
export type ClientOf<C extends Record<string, ResourceClass<unknown>>> = {
  readonly [K in keyof C]: InstanceType<C[K]>;
} & {
  /** As `MusicVerse.withOptions`. */
  withOptions(changes: ClientOptions): ClientOf<C>;
};

/**
 * A client of only the groups that are named, for small bundles: what is not imported is not shipped.
 *
 * ```ts
 * import { createClient, TracksResource } from "@musicverse/sdk";
 *
 * const client = createClient({ tracks: TracksResource }, { apiKey });
 * for await (const track of client.tracks.list()) console.log(track.title);
 * ```
 */
export function createClient<C extends Record<string, ResourceClass<unknown>>>(
  groups: C,
  options: ClientOptions = {},
): ClientOf<C> {
  const transport = new Transport(options);
  const resources = Object.fromEntries(Object.entries(groups).map(([name, Group]) => [name, new Group(transport)]));
  const withOptions = (changes: ClientOptions): ClientOf<C> => createClient(groups, mergeOptions(options, changes));
  return { ...resources, withOptions } as ClientOf<C>;
}
