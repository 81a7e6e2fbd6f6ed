import type { ReelWish } from "../drafts/index.ts";

/** What the caller asked for, as `generations.input` holds it: user content, kept out of logs and job payloads. */
export interface Wishes {
  music: { prompt: string; lyrics: string | null; instrumental: boolean; duration_seconds: number };
  reel: ReelWish;
  artwork: { prompt: string };
}

export type GenerationKind = keyof Wishes;

/** A kind with what is asked for in it. */
export type Asked = { [K in GenerationKind]: { kind: K; input: Wishes[K] } }[GenerationKind];

/** What it is about, in the caller's words. */
export function promptOf(asked: Asked): string {
  return asked.kind === "reel" ? asked.input.brief : asked.input.prompt;
}

/** Its own title, or the prompt's first words. */
export function titleOf(asked: Asked & { title: string | null }): string {
  if (asked.title) return asked.title;
  const words = promptOf(asked).replaceAll(/\s+/g, " ").trim();
  return words.length <= 60
    ? words
    : `${words.slice(0, words.lastIndexOf(" ", 60) > 20 ? words.lastIndexOf(" ", 60) : 60)}…`;
}
