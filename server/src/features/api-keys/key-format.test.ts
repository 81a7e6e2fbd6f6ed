import { expect, test } from "vitest";
import { generateKey, parseKey } from "./key-format.ts";

test("a key says its mode and its public id, and no two are alike", () => {
  const keys = Array.from({ length: 500 }, () => generateKey("live"));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(500);
  for (const { key, publicId } of keys) {
    expect(key).toMatch(/^amv_live_[0-9A-Za-z]{61}$/);
    expect(parseKey(key)).toEqual({ mode: "live", publicId });
  }
  expect(parseKey(generateKey("test").key)?.mode).toBe("test");
});

test("every single mistyped character is noticed without a database", () => {
  const { key } = generateKey("test");
  for (let index = 0; index < key.length; index += 1) {
    const other = key[index] === "x" ? "y" : "x";
    expect(parseKey(key.slice(0, index) + other + key.slice(index + 1))).toBeNull();
  }
});

test.each([
  ["swapped characters", (key: string) => key.slice(0, 20) + key.slice(21, 22) + key.slice(20, 21) + key.slice(22)],
  ["a missing character", (key: string) => key.slice(0, -1)],
  ["a character too many", (key: string) => `${key}0`],
  ["the other mode", (key: string) => key.replace("live", "test")],
  ["another prefix", (key: string) => key.replace("amv", "abc")],
  ["a line break", (key: string) => `${key}\n`],
])("%s is noticed too", (_, change) => {
  // A swap of two equal characters changes nothing.
  const key = [1, 2, 3].map(() => generateKey("live").key).find((text) => change(text) !== text) ?? "";
  expect(parseKey(key)).not.toBeNull();
  expect(parseKey(change(key))).toBeNull();
});
