import { drumsFor } from "./drums.ts";
import { phrasesOf, writeLyrics, type Phrase } from "./lyrics.ts";
import { melodyFor } from "./melody.ts";
import { moodOf } from "./mood.ts";
import { createRandom } from "../random.ts";
import type { Note, Score } from "./score.ts";

export interface SongRequest {
  prompt: string;
  /** null: written from the prompt. Ignored when instrumental. */
  lyrics: string | null;
  instrumental: boolean;
  seconds: number;
}

const eighthsPerPhrase = 16;

/**
 * Prompt and lyrics → notes. Words of mood choose mode, tempo and groove; syllables give the melody its rhythm;
 * everything left open follows from the text itself, so the same request is always the same song.
 */
export function compose({ prompt, lyrics, instrumental, seconds }: SongRequest): Score {
  const random = createRandom(JSON.stringify([prompt, lyrics, instrumental]));
  const mood = moodOf(prompt, random);
  const tonic = 57 + Math.floor(random.next() * 8);
  const pitch = (step: number): number => tonic + 12 * Math.floor(step / 7) + (mood.scale[((step % 7) + 7) % 7] ?? 0);
  const verse = random.pick(mood.progressions);
  const chorus = random.pick(mood.progressions);
  const phrases = instrumental ? playedPhrases : sungPhrases(lyrics ?? writeLyrics(prompt, random));
  const beatSeconds = 60 / mood.bpm;
  const eighth = beatSeconds / 2;
  const time = (at: number): number => (at + (Math.round(at) % 2 === 1 ? mood.swing : 0)) * eighth;
  const score: Score = { seconds, beatSeconds, notes: [], hits: [] };
  const count = Math.ceil(seconds / (eighthsPerPhrase * eighth));
  // Long enough a song begins with two bars without the melody.
  const introduction = seconds >= 20 ? 1 : 0;

  for (let index = 0; index < count; index += 1) {
    const start = index * eighthsPerPhrase;
    const phrase = phrases[(index - introduction + phrases.length) % phrases.length] ?? playedPhrase;
    const progression = phrase.section === "chorus" ? chorus : verse;
    const chords = [progression[(index * 2) % 4] ?? 0, progression[(index * 2 + 1) % 4] ?? 0] as const;
    for (const [bar, chord] of chords.entries())
      score.notes.push(...accompany(start + bar * 8, chord, pitch, time, eighth));
    score.hits.push(
      ...drumsFor(mood.groove, { start, time, full: index >= introduction, lively: phrase.section === "chorus" }),
    );
    if (index < introduction) continue;
    const sung = phrase.syllables !== null;
    const melody = melodyFor(
      phrase.syllables ?? 6 + Math.floor(random.next() * 6),
      chords,
      phrase.section === "chorus" ? 9 : 7,
      random,
    );
    for (const { at, length, step } of melody) {
      const gain = phrase.section === "chorus" ? 0.34 : 0.3;
      const note = { at: time(start + at), seconds: length * eighth * 0.95, pitch: pitch(step), gain, pan: 0 };
      score.notes.push({ ...note, voice: sung ? "lead" : "pluck" });
    }
  }
  return score;
}

const playedPhrase: Phrase = { section: "instrumental", syllables: null };
const playedPhrases: Phrase[] = [playedPhrase, playedPhrase, { section: "chorus", syllables: null }, playedPhrase];

function sungPhrases(lyrics: string): Phrase[] {
  const phrases = phrasesOf(lyrics);
  return phrases.length > 0 ? phrases : playedPhrases;
}

/** One bar: the chord held by the pad, broken by the pluck, its root in the bass. */
function accompany(
  start: number,
  chord: number,
  pitch: (step: number) => number,
  time: (at: number) => number,
  eighth: number,
): Note[] {
  const pad = [0, 2, 4].map((offset, index): Note => {
    const place = { pitch: pitch(chord + offset), pan: (index - 1) * 0.6 };
    return { at: time(start), seconds: 8 * eighth, voice: "pad", gain: 0.1, ...place };
  });
  const broken = [0, 4, 2, 4, 0, 4, 2, 4].map((offset, index): Note => {
    const place = { pitch: pitch(chord + offset), pan: index % 2 === 0 ? -0.4 : 0.4 };
    return { at: time(start + index), seconds: eighth * 1.6, voice: "pluck", gain: 0.09, ...place };
  });
  const bass = [0, 3, 4, 6].map((at): Note => {
    const length = at === 4 || at === 0 ? 2.6 : 0.9;
    return {
      at: time(start + at),
      seconds: length * eighth,
      voice: "bass",
      gain: 0.3,
      pitch: pitch(chord - 7) - 12,
      pan: 0,
    };
  });
  return [...pad, ...broken, ...bass];
}
