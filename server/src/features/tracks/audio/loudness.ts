/**
 * Integrated loudness after ITU-R BS.1770-4 / EBU R 128, one pass, memory independent of the length (silence is not
 * kept). The packages that exist want the whole decoded file in memory and know two channels at most.
 */
export interface LoudnessMeter {
  /** Samples in [-1, 1], one array per channel, all of the same length. */
  add(channels: readonly Float32Array[]): void;
  /** LUFS; null when no 400 ms block is louder than -70 LUFS. */
  integrated(): number | null;
}

type Coefficients = readonly [b0: number, b1: number, b2: number, a1: number, a2: number];

const absoluteGate = energyOf(-70);
const RELATIVE_GATE_LU = 10;
/** A gating block is 400 ms and starts every 100 ms. */
const STEPS_PER_BLOCK = 4;
const SURROUND = 1.41;

/** `sampleRate` in hertz; `weights` one factor per channel, from `channelWeights`. */
export function createLoudnessMeter(sampleRate: number, weights: readonly number[]): LoudnessMeter {
  const filters = weights.map(() => kWeighting(sampleRate));
  const stepSamples = Math.round(sampleRate / 10);
  const steps: number[] = []; // energy of the last 100 ms steps of the block that is being filled
  const blocks: number[] = [];
  let filled = 0;
  let energy = 0;

  const closeStep = (): void => {
    steps.push(energy / stepSamples);
    [filled, energy] = [0, 0];
    if (steps.length < STEPS_PER_BLOCK) return;
    const block = mean(steps);
    if (block > absoluteGate) blocks.push(block);
    steps.shift();
  };

  return {
    add(channels) {
      const length = channels[0]?.length ?? 0;
      for (let offset = 0; offset < length;) {
        const end = Math.min(length, offset + stepSamples - filled);
        for (const [index, weight] of weights.entries()) {
          const samples = channels[index];
          if (samples && weight > 0) energy += weight * (filters[index]?.(samples, offset, end) ?? 0);
        }
        filled += end - offset;
        offset = end;
        if (filled === stepSamples) closeStep();
      }
    },
    integrated() {
      if (blocks.length === 0) return null;
      const gate = energyOf(loudnessOf(mean(blocks)) - RELATIVE_GATE_LU);
      return loudnessOf(mean(blocks.filter((block) => block > gate)));
    },
  };
}

/** Weights of BS.1770-4 table 4 for the channel order of WAV and FLAC, or of Vorbis and Opus; null when unknown. */
export function channelWeights(count: number, order: "wave" | "vorbis"): number[] | null {
  if (count === 6 && order === "vorbis") return [1, 1, 1, SURROUND, SURROUND, 0]; // L C R Ls Rs LFE
  const known = [
    [1],
    [1, 1],
    [1, 1, 1],
    [1, 1, SURROUND, SURROUND],
    [1, 1, 1, SURROUND, SURROUND],
    [1, 1, 1, 0, SURROUND, SURROUND],
  ]; // … L R C LFE Ls Rs
  return known[count - 1] ?? null;
}

function loudnessOf(energy: number): number {
  return -0.691 + 10 * Math.log10(energy);
}

function energyOf(lufs: number): number {
  return 10 ** ((lufs + 0.691) / 10);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The two filters of BS.1770 annex 1 (a shelf for the head, then a high pass) for any sample rate: the analogue
 * prototypes behind the coefficients that the standard lists for 48 kHz. Returns the energy of the filtered range.
 */
function kWeighting(sampleRate: number): (samples: Float32Array, start: number, end: number) => number {
  const [p0, p1, p2, q1, q2] = shelf(sampleRate);
  const [r0, r1, r2, s1, s2] = highPass(sampleRate);
  const state = new Float64Array(4); // of both filters, transposed direct form II
  return (samples, start, end) => {
    // In variables of its own while it runs: one that outlives the call would become an object at each step.
    let [u1 = 0, u2 = 0, v1 = 0, v2 = 0] = state;
    let sum = 0;
    for (let index = start; index < end; index += 1) {
      const x = samples[index] ?? 0;
      const y = p0 * x + u1;
      u1 = p1 * x - q1 * y + u2;
      u2 = p2 * x - q2 * y;
      const z = r0 * y + v1;
      v1 = r1 * y - s1 * z + v2;
      v2 = r2 * y - s2 * z;
      sum += z * z;
    }
    // Digital silence would leave numbers too small for the processor's fast path.
    if (Math.abs(v1) < 1e-20 && Math.abs(u1) < 1e-20) state.fill(0);
    else state.set([u1, u2, v1, v2]);
    return sum;
  };
}

function shelf(sampleRate: number): Coefficients {
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return [
    (high + (band * k) / q + k * k) / a0,
    (2 * (k * k - high)) / a0,
    (high - (band * k) / q + k * k) / a0,
    (2 * (k * k - 1)) / a0,
    (1 - k / q + k * k) / a0,
  ];
}

function highPass(sampleRate: number): Coefficients {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return [1, -2, 1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0];
}
