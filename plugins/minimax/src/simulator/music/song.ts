import { compose, type SongRequest } from "./compose.ts";
import { render } from "./render.ts";
import { toWav } from "./wav.ts";

/** The song as a stereo 16-bit WAV file of exactly the asked length; the same request gives the same bytes. */
export async function makeSong(request: SongRequest, sampleRate: number): Promise<Buffer> {
  return toWav(await render(compose(request), sampleRate), sampleRate);
}
