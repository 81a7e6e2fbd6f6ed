import type { AudioFormat } from "./format.ts";
import { measureLoudness } from "./measure.ts";
import type { Measurement } from "./measure.ts";
import { serveOwner } from "./thread-side.ts";

// Bytes that could not be read end in the owner, so what is thrown here comes from the audio itself.
serveOwner<AudioFormat, Measurement>((format, source) =>
  measureLoudness(source, format).catch((): Measurement => ({ unmeasurable: "undecodable" })));
