import { setImmediate as nextTurn } from "node:timers/promises";
import { frequencyOf, type Note, type Score } from "./score.ts";
import { drumSounds, tableSize, voices } from "./voices.ts";

/** Left and right, −1 to 1. */
export interface Stereo {
  left: Float32Array;
  right: Float32Array;
}

/** Peak of the finished song: 1 dB below full scale. */
const peakTarget = 10 ** (-1 / 20);
const fadeInSeconds = 0.005;
/** How long other work of the process may have to wait. */
const turnMs = 8;

/** Plays the score into samples; gives way to the event loop every few milliseconds. */
export async function render(score: Score, sampleRate: number): Promise<Stereo> {
  const length = Math.round(score.seconds * sampleRate);
  const stereo: Stereo = { left: new Float32Array(length), right: new Float32Array(length) };
  const breathe = politely();
  for (const note of score.notes) {
    addNote(stereo, note, sampleRate);
    await breathe();
  }
  addEcho(stereo, Math.round(score.beatSeconds * 0.75 * sampleRate));
  await breathe();
  const drums = drumSounds(sampleRate);
  for (const { at, drum, gain } of score.hits) {
    addSamples(stereo, drums[drum], Math.round(at * sampleRate), gain);
    await breathe();
  }
  finish(stereo, sampleRate);
  return stereo;
}

function addNote({ left, right }: Stereo, note: Note, sampleRate: number): void {
  const sound = voices[note.voice];
  const start = Math.round(note.at * sampleRate);
  const held = Math.round(note.seconds * sampleRate);
  const release = Math.round(sound.releaseSeconds * sampleRate);
  const attack = Math.max(1, Math.round(sound.attackSeconds * sampleRate));
  const end = Math.min(left.length, start + held + release);
  const step = (frequencyOf(note.pitch) * tableSize) / sampleRate;
  const decay = sound.decaySeconds === Infinity ? 1 : Math.exp(-1 / (sound.decaySeconds * sampleRate));
  const vibratoStep = (2 * Math.PI * 5.2) / sampleRate;
  const gainLeft = note.gain * Math.SQRT1_2 * Math.sqrt(1 - note.pan);
  const gainRight = note.gain * Math.SQRT1_2 * Math.sqrt(1 + note.pan);
  let phase = 0;
  let level = 1;
  let drift = 1;
  for (let index = start; index < end; index += 1) {
    const age = index - start;
    // Vibrato need not be newer than 64 samples.
    if ((age & 63) === 0 && sound.vibrato > 0) drift = 1 + sound.vibrato * Math.sin(age * vibratoStep);
    level *= decay;
    const envelope = age < attack ? age / attack : age > held ? 1 - (age - held) / release : 1;
    const value = (sound.table[phase & (tableSize - 1)] ?? 0) * envelope * level;
    phase += step * drift;
    left[index] = (left[index] ?? 0) + value * gainLeft;
    right[index] = (right[index] ?? 0) + value * gainRight;
  }
}

/** A quiet repetition that crosses from side to side gives the dry sounds a room. */
function addEcho({ left, right }: Stereo, delay: number): void {
  for (let index = delay; index < left.length; index += 1) {
    const earlierLeft = left[index - delay] ?? 0;
    left[index] = (left[index] ?? 0) + (right[index - delay] ?? 0) * 0.18;
    right[index] = (right[index] ?? 0) + earlierLeft * 0.18;
  }
}

function addSamples({ left, right }: Stereo, sound: Float32Array, start: number, gain: number): void {
  const end = Math.min(left.length, start + sound.length);
  for (let index = start; index < end; index += 1) {
    const value = (sound[index - start] ?? 0) * gain;
    left[index] = (left[index] ?? 0) + value;
    right[index] = (right[index] ?? 0) + value;
  }
}

/** Brings the peak to its target, so nothing clips, and fades in and out. */
function finish({ left, right }: Stereo, sampleRate: number): void {
  let peak = 0;
  for (let index = 0; index < left.length; index += 1) {
    peak = Math.max(peak, Math.abs(left[index] ?? 0), Math.abs(right[index] ?? 0));
  }
  const gain = peak === 0 ? 0 : peakTarget / peak;
  const fadeIn = fadeInSeconds * sampleRate;
  const fadeOut = Math.min(2.5 * sampleRate, left.length * 0.15);
  for (let index = 0; index < left.length; index += 1) {
    const fade = Math.min(1, index / fadeIn, (left.length - 1 - index) / fadeOut);
    left[index] = (left[index] ?? 0) * gain * fade;
    right[index] = (right[index] ?? 0) * gain * fade;
  }
}

/** A function that lets the event loop turn when the last turn is more than `turnMs` ago. */
function politely(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < turnMs) return;
    await nextTurn();
    last = performance.now();
  };
}
