import type { ByteSource } from "./byte-source.ts";
import type { AudioFormat } from "./format.ts";
import type { Measurement } from "./measure.ts";
import { createThread } from "./thread.ts";
import type { Thread } from "./thread.ts";

const script = new URL("./loudness-worker.ts", import.meta.url);

interface WarmThread {
  thread: Thread<AudioFormat, Measurement>;
  tracks: number;
}

/** To start a thread and load its decoders takes many times what a song takes; but decoders keep memory, so none lives long. */
const TRACKS_MAX = 500;
const IDLE_MS = 60_000;
let warm: WarmThread | null = null;
let ending: NodeJS.Timeout | undefined;

/** `measureLoudness` in a thread. Rejects when `source` or the thread fails, or `signal` aborts. */
export async function measureLoudnessInThread(
  source: ByteSource,
  format: AudioFormat,
  signal: AbortSignal,
): Promise<Measurement> {
  const own = warm ?? { thread: createThread<AudioFormat, Measurement>(script), tracks: 0 };
  warm = null;
  clearTimeout(ending);
  own.tracks += 1;
  try {
    return await own.thread.run(format, source, signal);
  } finally {
    if (warm === null && own.tracks < TRACKS_MAX) keepFor(own);
    else await own.thread.end();
  }
}

function keepFor(own: WarmThread): void {
  warm = own;
  ending = setTimeout(() => {
    warm = null;
    void own.thread.end();
  }, IDLE_MS).unref();
}
