import { createHmac, createSecretKey } from "node:crypto";
import type { NamedKey } from "../config/index.ts";

/** Keyed hashes of API keys: without the pepper, a copy of the database cannot even test a guess. */
export interface Peppers {
  /** Version that new hashes are made with. */
  current: string;
  /** All that are configured, the current one first. */
  versions: readonly string[];
  /**
   * HMAC-SHA-256 with the pepper of `version`. For a version that is not configured any more it does the same work with
   * the current one and so matches nothing.
   */
  hash(version: string, text: string): Buffer;
}

export function createPeppers(keys: readonly NamedKey[]): Peppers {
  const versions = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]));
  const [first] = versions;
  if (!first) throw new Error("no pepper: set KEY_PEPPERS");
  const [current, currentKey] = first;
  return {
    current,
    versions: [...versions.keys()],
    hash: (version, text) =>
      createHmac("sha256", versions.get(version) ?? currentKey)
        .update(text)
        .digest(),
  };
}
