/** Decoded sound: samples in [-1, 1], one array per channel. */
export interface Pcm {
  sampleRate: number;
  channels: readonly Float32Array[];
  order: "wave" | "vorbis";
}
