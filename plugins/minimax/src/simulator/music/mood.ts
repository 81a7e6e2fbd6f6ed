import type { Random } from "../random.ts";

export type Groove = "none" | "soft" | "rock" | "four" | "broken";

export interface Mood {
  /** Semitones of the seven steps above the tonic. */
  scale: readonly number[];
  /** Step of each bar's chord, 0 = tonic. */
  progressions: readonly (readonly number[])[];
  bpm: number;
  groove: Groove;
  /** Delay of every second eighth, as a part of an eighth. */
  swing: number;
}

const major = [0, 2, 4, 5, 7, 9, 11];
const minor = [0, 2, 3, 5, 7, 8, 10];
const dorian = [0, 2, 3, 5, 7, 9, 10];

const brightProgressions = [
  [0, 4, 5, 3],
  [0, 5, 3, 4],
  [5, 3, 0, 4],
  [0, 3, 0, 4],
];
const darkProgressions = [
  [0, 5, 2, 6],
  [0, 3, 5, 4],
  [0, 6, 5, 6],
  [0, 2, 6, 3],
];

const darkWords = wordsLike(
  "sad melanchol\\w* dark night rain\\w* lonel\\w* alone longing grief goodbye minor cold winter lost",
  "heartbreak\\w* blue tears? moody epic metal",
);
const brightWords = wordsLike(
  "happy bright summer joy\\w* sun\\w* upbeat cheer\\w* dance party love hope\\w* major spring smile\\w*",
  "morning pop warm child\\w*",
);
const jazzWords = /\b(jazz\w*|funk\w*|soul|lo-?fi|blues|swing|bossa|r&b|hip-?hop|chill\w*)\b/i;

const paces: readonly { words: RegExp; bpm: readonly [number, number]; groove: Groove }[] = [
  { words: /\b(ambient|drone|meditat\w*|sleep|lullaby|atmospher\w*)\b/i, bpm: [62, 72], groove: "none" },
  { words: /\b(slow|ballad|calm|gentle|quiet|soft|tender|piano|acoustic|folk)\b/i, bpm: [72, 88], groove: "soft" },
  { words: /\b(techno|house|trance|edm|disco|club|dance|electronic|synthwave)\b/i, bpm: [118, 128], groove: "four" },
  { words: /\b(fast|energetic|punk|metal|drum and bass|dnb|driving|rock|epic)\b/i, bpm: [128, 144], groove: "rock" },
  { words: /\b(hip-?hop|trap|lo-?fi|funk\w*|soul|chill\w*|jazz\w*)\b/i, bpm: [82, 96], groove: "broken" },
];

/** Mode, tempo and groove from the words of a prompt; chance decides what the words leave open. */
export function moodOf(prompt: string, random: Random): Mood {
  const darkness = (prompt.match(darkWords)?.length ?? 0) - (prompt.match(brightWords)?.length ?? 0);
  const jazzy = jazzWords.test(prompt);
  const dark = darkness > 0 || (darkness === 0 && (jazzy || random.next() < 0.4));
  const pace = paces.find(({ words }) => words.test(prompt)) ?? { bpm: [92, 112] as const, groove: "rock" as const };
  const [slowest, fastest] = pace.bpm;
  return {
    scale: dark ? (jazzy ? dorian : minor) : major,
    progressions: dark ? darkProgressions : brightProgressions,
    bpm: Math.round(slowest + random.next() * (fastest - slowest)),
    groove: pace.groove,
    swing: jazzy ? 0.3 : 0,
  };
}

function wordsLike(...lists: string[]): RegExp {
  return new RegExp(`\\b(${lists.join(" ").replaceAll(" ", "|")})\\b`, "gi");
}
