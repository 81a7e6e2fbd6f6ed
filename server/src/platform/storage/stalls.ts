import { Readable } from "node:stream";

/**
 * The same stream, but an end with an error when nothing comes for `stallMs` although somebody waits for it. A reader may
 * take as long as it likes. Destroying the result destroys the source at once.
 */
export function guardStalls(source: Readable, stallMs: number): Readable {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (;;) {
      const late = new Error(`The object store sent nothing for ${stallMs} ms in the middle of a value.`);
      const timer = setTimeout(() => source.destroy(late), stallMs);
      const next = await iterator.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  }
  const guarded = Readable.from(chunks(), { objectMode: false });
  guarded.once("close", () => source.destroy());
  return guarded;
}
