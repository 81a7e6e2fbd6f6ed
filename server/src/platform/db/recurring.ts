import { createHash } from "node:crypto";

/** Uses before a statement counts as one that comes again. */
const USES = 20;
/** Named statements of one process: each open connection keeps a plan of each. */
const NAMED_MAX = 300;
/** Texts counted at a time; those built with ever new texts must not fill the memory. */
const COUNTED_MAX = 2_000;

/**
 * Names for the statements that come again and again. A named one is parsed, rewritten for its row security policies and
 * planned once per connection: for an insert into a partitioned table that is three quarters of the database's work.
 */
export function createRecurring(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  let uses = new Map<string, number>();
  return (text) => {
    const name = names.get(text);
    if (name !== undefined || names.size === NAMED_MAX) return name;
    const count = (uses.get(text) ?? 0) + 1;
    if (count < USES) {
      if (uses.size === COUNTED_MAX) uses = new Map();
      uses.set(text, count);
      return undefined;
    }
    uses.delete(text);
    const made = `again_${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
    names.set(text, made);
    return made;
  };
}
