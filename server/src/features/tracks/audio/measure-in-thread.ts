import type { ByteSource } from "./byte-source.ts";
import type { AudioFormat } from "./format.ts";
import type { Measurement } from "./measure.ts";
import { createThread } from "./thread.ts";

const script = new URL("./loudness-worker.ts", import.meta.url);

/**
 * `measureLoudness` in a thread of its own, which is gone afterwards: decoders keep much memory. Rejects when `source`
 * or the thread fails, or `signal` aborts.
 */
export async function measureLoudnessInThread(source: ByteSource, format: AudioFormat, signal: AbortSignal): Promise<Measurement> {
  const thread = createThread<AudioFormat, Measurement>(script);
  try {
    return await thread.run(format, source, signal);
  } finally {
    await thread.end();
  }
}
