import { readFileSync } from "node:fs";
import type { ByteSource } from "./byte-source.ts";

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (position, length) => new Uint8Array(bytes.subarray(position, position + length)),
  };
}

/** Bytes of a file in `fixtures/`: one second of 1 kHz at -18.06 dBFS in both channels, by ffmpeg 5.1. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}
