import { Resources } from "./generated/resources.ts";
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
  constructor(options: ClientOptions = {}) {
    super(new Transport(options));
  }
}
