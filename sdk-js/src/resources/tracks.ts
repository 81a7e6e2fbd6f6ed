import { TracksResource as GeneratedTracksResource } from "../generated/resources/tracks.ts";
import type { DownloadTrackAudioParams } from "../generated/types.ts";
import type { RequestOptions } from "../options.ts";
import type { APIPromise } from "../transport/api-promise.ts";
import type { BinaryResponse } from "../transport/binary-response.ts";

/** Bytes `start` to `end`, both inclusive and from 0; without `end` up to the last one. */
export interface ByteRange {
  start: number;
  end?: number;
}

export interface DownloadAudioParams extends Omit<DownloadTrackAudioParams, "range"> {
  /** Part of the file, as an object or as the value of a `Range` header. Look at `status`: 206 when it was served. */
  range?: ByteRange | string;
}

export class TracksResource extends GeneratedTracksResource {
  /** Downloads the audio, whole or a range of it. Nothing is read until you do: `await audio.toFile("song.wav")`. */
  override downloadAudio(
    trackId: string,
    params: DownloadAudioParams = {},
    options?: RequestOptions,
  ): APIPromise<BinaryResponse> {
    const { range, ...rest } = params;
    if (typeof range !== "object") return super.downloadAudio(trackId, { ...rest, range }, options);
    return super.downloadAudio(trackId, { ...rest, range: `bytes=${range.start}-${range.end ?? ""}` }, options);
  }
}
