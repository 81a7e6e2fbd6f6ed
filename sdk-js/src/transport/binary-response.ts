import { loadBuiltin } from "./runtime.ts";

interface FileHandle {
  appendFile(chunk: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
interface FileSystem {
  open(path: string, flags: string): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
}

/** A binary answer that has not been read yet. Read it once, with one of its methods. */
export class BinaryResponse {
  readonly #response: Response;

  constructor(response: Response) {
    this.#response = response;
  }

  /** 206 when a range was asked for and served, otherwise 200. */
  get status(): number {
    return this.#response.status;
  }

  get headers(): Headers {
    return this.#response.headers;
  }

  /** For example `audio/wav`. */
  get contentType(): string | null {
    return this.headers.get("content-type");
  }

  /** Bytes in this answer; null when the server did not say. */
  get contentLength(): number | null {
    const length = this.headers.get("content-length");
    return length === null ? null : Number(length);
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#response.body;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#response.arrayBuffer();
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer());
  }

  blob(): Promise<Blob> {
    return this.#response.blob();
  }

  /**
   * Streams the answer into a file (Node, Deno, Bun) and returns the number of bytes. The file appears under its name
   * only when it is complete.
   */
  async toFile(path: string): Promise<number> {
    const fs = await loadBuiltin<FileSystem>("node:fs/promises", "Writing to a file");
    const partial = `${path}.${crypto.randomUUID()}.part`;
    const file = await fs.open(partial, "wx");
    let bytes = 0;
    try {
      const reader = this.body?.getReader();
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        await file.appendFile(next.value);
        bytes += next.value.byteLength;
      }
      await file.sync();
      await file.close();
      await fs.rename(partial, path);
      return bytes;
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.body?.cancel().catch(() => undefined);
      await fs.rm(partial, { force: true });
      throw error;
    }
  }
}
