import type { Stereo } from "./render.ts";

export const wavHeaderBytes = 44;

/** 16-bit PCM, two channels, little endian, with the canonical 44-byte header. */
export function toWav({ left, right }: Stereo, sampleRate: number): Buffer {
  const dataBytes = left.length * 4;
  const wav = Buffer.allocUnsafe(wavHeaderBytes + dataBytes);
  wav.write("RIFF", 0, "latin1");
  wav.writeUInt32LE(36 + dataBytes, 4);
  wav.write("WAVEfmt ", 8, "latin1");
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(2, 22); // channels
  wav.writeUInt32LE(sampleRate, 24);
  wav.writeUInt32LE(sampleRate * 4, 28); // bytes a second
  wav.writeUInt16LE(4, 32); // bytes a frame
  wav.writeUInt16LE(16, 34); // bits a sample
  wav.write("data", 36, "latin1");
  wav.writeUInt32LE(dataBytes, 40);
  const samples = new Int16Array(left.length * 2);
  for (let index = 0; index < left.length; index += 1) {
    samples[index * 2] = Math.round((left[index] ?? 0) * 32_767);
    samples[index * 2 + 1] = Math.round((right[index] ?? 0) * 32_767);
  }
  wav.set(new Uint8Array(samples.buffer), wavHeaderBytes);
  return wav;
}
