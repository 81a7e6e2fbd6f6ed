import { Worker } from "node:worker_threads";
import type { ByteSource } from "./byte-source.ts";
import type { AudioFormat } from "./format.ts";
import type { FromThread, LoudnessTask } from "./loudness-worker.ts";
import type { Measurement } from "./measure.ts";

const memoryMbMax = 256;

/**
 * `measureLoudness` in a worker thread of its own, so that decoding blocks no event loop and a decoder that breaks
 * takes nothing with it. Rejects when `source` or the thread fails, or `signal` aborts; the thread is gone in any case.
 */
export async function measureLoudnessInThread(
  source: ByteSource,
  format: AudioFormat,
  signal: AbortSignal,
): Promise<Measurement> {
  signal.throwIfAborted();
  const worker = new Worker(new URL("./loudness-worker.ts", import.meta.url), {
    workerData: { size: source.size, format } satisfies LoudnessTask,
    resourceLimits: { maxOldGenerationSizeMb: memoryMbMax },
    stdout: true, // decoders print what they think of damaged frames
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  const { promise, resolve, reject } = Promise.withResolvers<Measurement>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  worker.on("message", (message: FromThread) => {
    if ("done" in message) resolve(message.done);
    else source.read(message.read.position, message.read.length).then(send, reject);
  });
  const send = (bytes: Uint8Array): void => {
    const copy = new Uint8Array(bytes); // what is posted may be a view of a larger buffer, which would go along
    worker.postMessage(copy, [copy.buffer]);
  };
  worker.once("error", reject);
  worker.once("exit", (code) => reject(new Error(`The loudness thread ended early with code ${code}.`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
    await worker.terminate();
  }
}
