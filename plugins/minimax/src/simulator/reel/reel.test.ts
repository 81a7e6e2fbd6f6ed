import { describe, expect, test } from "vitest";
import { habits } from "./phrases.ts";
import { write, type Wish } from "./write.ts";

const wish: Wish = {
  brief: "Teaser for my lo-fi single Rainy Night, out on Friday",
  platform: "instagram",
  tone: "friendly",
  language: "en",
  variants: 5,
  instructions: null,
  avoid: [],
  rewrite: null,
};
const platforms = ["instagram", "tiktok", "youtube", "facebook"] as const;
const tones = ["friendly", "playful", "energetic", "inspirational", "professional", "dramatic"] as const;

test("the same wish is the same text, another brief another one", () => {
  expect(write(wish)).toEqual(write(wish));
  expect(write({ ...wish, brief: "Tour dates in Lisbon" })).not.toEqual(write(wish));
});

test("five variants differ in hook and script, and speak of the brief", () => {
  const variants = write(wish);
  for (const field of ["hook", "script"] as const)
    expect(new Set(variants.map((variant) => variant[field])).size).toBe(5);
  for (const { hook, script, caption } of variants)
    expect(`${hook}${script}${caption}`).toMatch(/Rainy|Night|lo-fi|single/);
  for (const { hashtags } of variants) expect(hashtags.join(" ")).toMatch(/rainy|night|single|friday/);
});

describe.each(platforms)("on %s", (platform) => {
  test("captions and hashtags are as is usual there", () => {
    const {
      tags: [least, most],
      captionMax,
    } = habits[platform];
    for (const tone of tones) {
      for (const { caption, hashtags } of write({ ...wish, platform, tone })) {
        expect(caption.length).toBeLessThanOrEqual(captionMax);
        expect(hashtags.length).toBeGreaterThanOrEqual(least);
        expect(hashtags.length).toBeLessThanOrEqual(most);
        expect(hashtags.every((tag) => /^#[\p{L}\p{N}_]+$/u.test(tag))).toBe(true);
      }
    }
  });
});

test("each tone has words of its own", () => {
  const hooks = tones.map((tone) => new Set(write({ ...wish, tone }).map(({ hook }) => hook)));
  for (const [index, mine] of hooks.entries()) {
    for (const others of hooks.slice(index + 1)) expect([...mine].filter((hook) => others.has(hook))).toEqual([]);
  }
});

test("a rewritten field is another one, and nothing else changes", () => {
  const [current] = write(wish);
  if (!current) throw new Error("nothing written");
  for (const field of ["hook", "script", "caption", "hashtags"] as const) {
    const [rewritten] = write({ ...wish, variants: 1, rewrite: { field, current } });
    expect(rewritten?.[field]).not.toEqual(current[field]);
    expect({ ...rewritten, [field]: null }).toEqual({ ...current, [field]: null });
  }
  const [whole] = write({ ...wish, variants: 1, rewrite: { field: null, current } });
  expect(whole?.hook).not.toBe(current.hook);
});

test("hooks that were there before do not come again, instructions are followed", () => {
  const before = write({ ...wish, variants: 3 }).map(({ hook }) => hook);
  const after = write({ ...wish, variants: 3, avoid: before, instructions: "Say the date twice" });
  expect(after.filter(({ hook }) => before.includes(hook))).toEqual([]);
  for (const { script } of after) expect(script).toContain("Say the date twice");
});

test("a brief without a usable word is written for all the same", () => {
  for (const brief of ["!", "the a an", "…", "дождь за окном", "x".repeat(2000)]) {
    const [variant] = write({ ...wish, brief, variants: 1 });
    expect(variant?.hook.length).toBeLessThanOrEqual(300);
    expect(variant?.caption).toMatch(/\S/);
  }
});
