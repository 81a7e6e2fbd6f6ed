import { parentPort, workerData } from "node:worker_threads";
import type { ByteSource } from "./byte-source.ts";
import type { AudioFormat } from "./format.ts";
import { measureLoudness } from "./measure.ts";
import type { Measurement } from "./measure.ts";

/** What the thread is started with. */
export interface LoudnessTask {
  size: number;
  format: AudioFormat;
}
/** Thread → owner: bytes wanted, or the end. */
export type FromThread = { read: { position: number; length: number } } | { done: Measurement };

const port = parentPort;
if (!port) throw new Error("loudness-worker.ts runs in a worker thread only");
const task = workerData as LoudnessTask;

/** The owner reads for the thread, so that only it knows the storage; one request is under way at a time. */
const source: ByteSource = {
  size: task.size,
  async read(position, length) {
    port.postMessage({ read: { position, length } } satisfies FromThread);
    return new Promise<Uint8Array>((resolve) => port.once("message", resolve));
  },
};

// Bytes that could not be read end in the owner, so what is thrown here comes from the audio itself.
const done = await measureLoudness(source, task.format).catch((): Measurement => ({ unmeasurable: "undecodable" }));
port.postMessage({ done } satisfies FromThread);
