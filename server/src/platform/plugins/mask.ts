/** Shorter pieces are everyday words: masking them would blacken whole logs and protect nothing. */
const LENGTH_MIN = 8;
const DEPTH_MAX = 4;

export type Mask = (text: string) => string;

/**
 * A function that blackens known secrets and user content in any text. `content` is a call's input: its strings and
 * their lines are blackened too, since lyrics are quoted by the line. The second net: plugins must not log either at
 * all.
 */
export function createMask(secrets: readonly string[], content: unknown): Mask {
  const pieces = new Set(secrets.filter((secret) => secret.length > 0));
  for (const text of stringsIn(content, 0)) {
    for (const piece of [text, ...text.split("\n")]) if (piece.trim().length >= LENGTH_MIN) pieces.add(piece.trim());
  }
  // The longest first, or a line would break the match of the whole text.
  const ordered = [...pieces].toSorted((a, b) => b.length - a.length);
  return (text) => ordered.reduce((masked, piece) => masked.replaceAll(piece, "[redacted]"), text);
}

/** Masks the strings of a log line's fields; bytes and anything too deep are summed up. */
export function maskFields(fields: unknown, mask: Mask, depth = 0): unknown {
  if (typeof fields === "string") return mask(fields);
  if (fields instanceof Error) return maskError(fields, mask);
  if (fields instanceof Uint8Array) return `[${fields.length} bytes]`;
  if (typeof fields !== "object" || fields === null) return fields;
  if (depth >= DEPTH_MAX) return "[…]";
  if (Array.isArray(fields)) return fields.slice(0, 20).map((value) => maskFields(value, mask, depth + 1));
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, maskFields(value, mask, depth + 1)]));
}

/** A copy of an error (and its causes) that can be logged. */
export function maskError(error: unknown, mask: Mask, depth = 0): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const cause =
    original.cause === undefined || depth >= DEPTH_MAX ? undefined : maskError(original.cause, mask, depth + 1);
  const copy = new Error(mask(original.message), cause && { cause });
  copy.name = original.name;
  if (original.stack !== undefined) copy.stack = mask(original.stack);
  return copy;
}

function* stringsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && depth < DEPTH_MAX) {
    for (const inner of Object.values(value)) yield* stringsIn(inner, depth + 1);
  }
}
