import type { Random } from "../random.ts";

/** A line's worth of music: how many syllables are sung, or null where instruments play. */
export interface Phrase {
  section: "verse" | "chorus" | "instrumental";
  syllables: number | null;
}

/** Most syllables that two bars hold; longer lines are cut into several phrases. */
const syllablesMax = 16;

/** Sections in [brackets] and lines, in their order. Text without a letter gives no phrase. */
export function phrasesOf(lyrics: string): Phrase[] {
  let section: Phrase["section"] = "verse";
  return lyrics.split(/\r?\n/).flatMap((line): Phrase[] => {
    const tag = /^\s*\[(.+?)\]\s*$/.exec(line)?.[1]?.toLowerCase();
    if (tag !== undefined) {
      section = /chorus|hook/.test(tag)
        ? "chorus"
        : /intro|inst|solo|interlude|break|outro/.test(tag)
          ? "instrumental"
          : "verse";
      return section === "instrumental" ? [{ section, syllables: null }] : [];
    }
    const syllables = countSyllables(line);
    if (syllables === 0) return [];
    const parts = Math.ceil(syllables / syllablesMax);
    const sung = section === "instrumental" ? "verse" : section;
    return Array.from({ length: parts }, (_, part) => ({
      section: sung,
      syllables: Math.floor((syllables + part) / parts),
    }));
  });
}

/** Groups of vowels in alphabets that have them; one a character in Chinese, Japanese and Korean. */
export function countSyllables(line: string): number {
  const single = line.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0;
  const words = line.match(/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}'’]+/gu) ?? [];
  return single + words.reduce((sum, word) => sum + inWord(word), 0);
}

function inWord(word: string): number {
  const plain = word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const spoken = plain.replace(/(?<=[^aeiouy])e(s|d)?$/, "");
  const vowels = spoken.match(/[aeiouyаеёиоуыэюяіїєαεηιουω]+/gu)?.length ?? 0;
  return /\p{L}/u.test(plain) ? Math.max(1, vowels) : 0;
}

/** What `lyrics_optimizer` stands for here: a small song out of the prompt's own words. */
export function writeLyrics(prompt: string, random: Random): string {
  const words = prompt.match(/\p{L}{3,}/gu) ?? [];
  const word = (): string => (words.length === 0 ? "music" : random.pick(words).toLowerCase());
  const verse = (): string => [`Tell me of ${word()} and ${word()}`, `All I remember is ${word()}`].join("\n");
  const chorus = [`Oh ${word()}, oh ${word()}`, `Sing it again with ${word()}`].join("\n");
  return `[Verse]\n${verse()}\n${verse()}\n[Chorus]\n${chorus}\n[Verse]\n${verse()}\n[Chorus]\n${chorus}`;
}
