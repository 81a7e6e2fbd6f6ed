import { AudioError } from "./audio-error.ts";
import type { ByteSource } from "./byte-source.ts";
import type { FactsAnswer } from "./facts-worker.ts";
import type { AudioFacts } from "./facts.ts";
import { createThread } from "./thread.ts";
import type { Thread } from "./thread.ts";

const script = new URL("./facts-worker.ts", import.meta.url);

/** The slowest honest file, 200 MB of MP3 frames without a header, takes a third of it. */
const PATIENCE_MS = 30_000;

/** Files looked at at once in one process; further ones wait, or a crowd of uploads would take all cores and memory. */
const idle: Thread<null, FactsAnswer>[] = [createThread(script), createThread(script)];
const waiting: ((thread: Thread<null, FactsAnswer>) => void)[] = [];

/**
 * `readAudioFacts` in a thread, with an end to its patience: parsers of audio can be led, by files made for it, to walk
 * millions of empty boxes or to look for a frame in every byte. Throws `AudioError` for those too.
 */
export async function readAudioFactsInThread(source: ByteSource, timeoutMs = PATIENCE_MS): Promise<AudioFacts> {
  const thread = idle.pop() ?? (await new Promise<Thread<null, FactsAnswer>>((resolve) => waiting.push(resolve)));
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await thread.run(null, source, timeout);
    if ("facts" in answer) return answer.facts;
    throw new AudioError(answer.refused.code, answer.refused.message);
  } catch (error) {
    if (timeout.aborted || (error as { code?: unknown }).code === "ERR_WORKER_OUT_OF_MEMORY") {
      throw new AudioError("not_audio", "The file's structure is too costly to read. Export it again.", {
        cause: error,
      });
    }
    throw error;
  } finally {
    const next = waiting.shift();
    if (next) next(thread);
    else idle.push(thread);
  }
}
