import { Readable } from "node:stream";
import { systemClock } from "../clock/index.ts";
import { openS3 } from "./s3.ts";
import type { S3Options } from "./s3.ts";

/** Begins to store a value of which `bytes` bytes come and then nothing more: a process to be killed. */
const { key, bytes, ...options } = JSON.parse(process.argv[2] ?? "") as Omit<S3Options, "clock"> & {
  key: string;
  bytes: number;
};

async function* source(): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < bytes; sent += 1_000_000) yield Buffer.alloc(1_000_000, 7);
  await new Promise(() => setInterval(() => {}, 60_000));
}

const storage = await openS3({ ...options, clock: systemClock });
await storage.put(key, Readable.from(source()));
