import { AbstractTokenizer, EndOfStreamError } from "strtok3";
import type { IReadChunkOptions } from "strtok3";
import type { ByteSource } from "./byte-source.ts";

/** Largest single value a parser may ask for: cover art is smaller, a forged length is not. Bytes. */
const VALUE_BYTES_MAX = 32 * 1024 * 1024;

/** Lets music-metadata read from any `ByteSource`. */
export class SourceTokenizer extends AbstractTokenizer {
  readonly fileInfo: { size: number };
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super({ maxBufferSize: VALUE_BYTES_MAX });
    this.#source = source;
    this.fileInfo = { size: source.size };
  }

  override supportsRandomAccess(): boolean {
    return true;
  }

  setPosition(position: number): void {
    this.position = position;
  }

  override async readBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position } = this.normalizeOptions(target, options);
    const read = await this.peekBuffer(target, options);
    this.position = position + read;
    return read;
  }

  override async peekBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position, length, mayBeLess } = this.normalizeOptions(target, options);
    const bytes = await this.#source.read(position, length);
    if (bytes.length < length && !mayBeLess) throw new EndOfStreamError();
    target.set(bytes);
    return bytes.length;
  }
}
