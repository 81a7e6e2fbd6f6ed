import { AudioError } from "./audio-error.ts";
import { windowed } from "./byte-source.ts";
import { readAudioFacts } from "./facts.ts";
import type { AudioFacts } from "./facts.ts";
import { serveOwner } from "./thread-side.ts";

/** Most of what is asked for stands at the beginning. */
const WINDOW_BYTES = 256 * 1024;

/** An error loses its class on the way between threads. */
export type FactsAnswer = { facts: AudioFacts } | { refused: { code: AudioError["code"]; message: string } };

serveOwner<null, FactsAnswer>(async (_task, source) => {
  try {
    return { facts: await readAudioFacts(windowed(source, WINDOW_BYTES)) };
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
});
