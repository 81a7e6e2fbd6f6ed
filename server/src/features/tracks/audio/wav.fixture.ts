/** A stereo sine as a 16-bit WAV file: peak level in dBFS, frequency in hertz. */
export interface Tone {
  seconds: number;
  dbfs: number;
  frequency?: number;
  sampleRate?: number;
  channels?: number;
}

/** RIFF/WAVE bytes around 16-bit samples. */
export function wavFile(samples: Int16Array, shape: { sampleRate: number; channels: number }): Buffer {
  const { sampleRate, channels } = shape;
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** Tones one after another in one file; the first one's rate and channels hold for all. */
export function toneWav(...tones: [Tone, ...Tone[]]): Buffer {
  const { sampleRate = 48_000, channels = 2 } = tones[0];
  const pieces = tones.map((tone) => toneSamples(tone, sampleRate, channels));
  const all = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  pieces.reduce((offset, piece) => {
    all.set(piece, offset);
    return offset + piece.length;
  }, 0);
  return wavFile(all, { sampleRate, channels });
}

function toneSamples({ seconds, dbfs, frequency = 1000 }: Tone, sampleRate: number, channels: number): Int16Array {
  const amplitude = 10 ** (dbfs / 20) * 32767;
  const step = (2 * Math.PI * frequency) / sampleRate;
  return Int16Array.from({ length: Math.round(seconds * sampleRate) * channels }, (_, index) =>
    Math.round(amplitude * Math.sin(step * Math.floor(index / channels))),
  );
}
