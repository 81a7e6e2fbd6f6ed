import type { AudioFormat } from "./format.ts";
import { windowed } from "./byte-source.ts";
import { measureLoudness } from "./measure.ts";
import type { Measurement } from "./measure.ts";
import { serveOwner } from "./thread-side.ts";

/** Read from first to last: six seconds of a CD at a time. */
const WINDOW_BYTES = 1024 * 1024;

// Bytes that could not be read end in the owner, so what is thrown here comes from the audio itself.
serveOwner<AudioFormat, Measurement>((format, source) =>
  measureLoudness(windowed(source, WINDOW_BYTES), format).catch((): Measurement => ({ unmeasurable: "undecodable" })),
);
