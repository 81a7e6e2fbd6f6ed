import type { ReelInput, ReelVariant } from "@musicverse/plugin-kit";
import { createRandom, type Random } from "../random.ts";
import { calls, captions, genericTags, habits, hooks, scenes } from "./phrases.ts";

/** What is asked of the simulator's writer. */
export interface Wish extends Pick<ReelInput, "brief" | "platform" | "tone" | "language" | "variants"> {
  instructions: string | null;
  avoid: string[];
  rewrite: { field: keyof ReelVariant | null; current: ReelVariant } | null;
}

/** Repeatable: the same wish gives the same texts, another one others. English, whatever the language. */
export function write(wish: Wish): ReelVariant[] {
  const { rewrite } = wish;
  const random = createRandom(JSON.stringify(wish));
  if (!rewrite) return manyDifferent(wish, random, wish.variants);
  const others = manyDifferent({ ...wish, avoid: [...wish.avoid, rewrite.current.hook] }, random, 3);
  const { field, current } = rewrite;
  if (field === null) return others.slice(0, 1);
  const other = others.find((each) => String(each[field]) !== String(current[field])) ?? others[0];
  return [{ ...current, ...(other && { [field]: other[field] }) }];
}

function manyDifferent(wish: Wish, random: Random, count: number): ReelVariant[] {
  const about = subjectOf(wish.brief);
  const words = wordsOf(wish.brief);
  const fill = (template: string): string =>
    template.replaceAll("{s}", about).replaceAll("{w}", random.pick(words)).trim();
  const fresh = shuffled(hooks[wish.tone].map(fill), random).filter((hook) => !wish.avoid.includes(hook));
  const openings = fresh.length > 0 ? fresh : hooks[wish.tone].map(fill);
  const bodies = shuffled(captions[wish.tone].map(fill), random);
  return Array.from({ length: count }, (_, index) => {
    const hook = openings[index % openings.length] ?? about;
    return {
      hook: index < openings.length ? hook : `${hook} (${index + 1})`,
      script: scriptOf(wish, hook, random, fill),
      caption: captionOf(wish, bodies[index % bodies.length] ?? about, random),
      hashtags: hashtagsOf(wish, words, random),
    };
  });
}

function scriptOf(
  { tone, instructions }: Wish,
  hook: string,
  random: Random,
  fill: (template: string) => string,
): string {
  const shots = shuffled(scenes[tone], random)
    .slice(0, 3 + Math.floor(random.next() * 2))
    .map(fill);
  const last = instructions === null ? [] : [`End card: ${cut(instructions.replaceAll(/\s+/g, " "), 120)}`];
  return [
    `0:00 "${hook}"`,
    ...shots.map((shot, index) => `0:${String((index + 1) * 4).padStart(2, "0")} ${shot}`),
    ...last,
  ].join("\n");
}

function captionOf({ platform }: Wish, body: string, random: Random): string {
  const { captionMax } = habits[platform];
  const call = random.pick(calls[platform]);
  return body.length + call.length + 1 <= captionMax ? `${body} ${call}` : cut(body, captionMax);
}

function hashtagsOf({ platform }: Wish, words: readonly string[], random: Random): string[] {
  const [least, most] = habits[platform].tags;
  const count = least + Math.floor(random.next() * (most - least + 1));
  const own = shuffled(
    words.map((word) => `#${word.toLowerCase()}`),
    random,
  );
  const [usual = "#music", ...others] = genericTags[platform];
  return [...new Set([usual, ...own.slice(0, Math.ceil(count / 2)), ...others, ...own])].slice(0, count);
}

/** "Teaser for my lo-fi single Rainy Night, out on Friday" → "my lo-fi single Rainy Night" */
function subjectOf(brief: string): string {
  const [clause = ""] = brief.trim().split(/[.!?;,\n]/);
  const bare = clause
    .replace(
      /^(?:please\s+)?(?:(?:a|an|the|make|create|write|short|funny|video|reel|clip|teaser|trailer|promo|post|announce(?:ment)?|promote|show|tell)\s+)+(?:of|for|about|on)?\s*/i,
      "",
    )
    .trim();
  return cut(bare === "" ? clause.trim() || "this" : bare, 70);
}

const fillers = new Set(
  "the a an and or of for to in on at my our your with about from that this is are be it its out new one make create write reel video teaser short please".split(
    " ",
  ),
);

/** Words of the brief that carry it; never none. */
function wordsOf(brief: string): string[] {
  const words = brief.match(/[\p{L}\p{N}_]{3,40}/gu) ?? [];
  const strong = [...new Set(words.filter((word) => !fillers.has(word.toLowerCase())))].slice(0, 8);
  return strong.length > 0 ? strong : ["music"];
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = text.lastIndexOf(" ", max - 1);
  return `${text.slice(0, end > max / 2 ? end : max - 1)}…`;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
