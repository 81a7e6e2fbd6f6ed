import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { checkApiKey } from "../../sdk-js/src/api-key.ts";
import { operations } from "../../server/src/generated/operations.ts";
import { generateKey, parseKey } from "../../server/src/features/api-keys/key-format.ts";

interface Format {
  keywords: string[];
  pattern: string;
  parts: { name: string; length: number; values?: string[] }[];
  checksum: { alphabet: string };
  report: { method: string; path: string; keys_max: number };
  test_vectors: {
    valid: { key: string; crc32: number }[];
    wrong_checksum: { key: string }[];
    no_match: { text: string }[];
  };
}

const format = JSON.parse(
  readFileSync(new URL("../../openapi/api-key-format.json", import.meta.url), "utf8"),
) as Format;
const { valid, wrong_checksum: wrong, no_match: others } = format.test_vectors;
const found = (text: string) => [...text.matchAll(new RegExp(format.pattern, "g"))].map(([match]) => match);

/** A reader's own check, written from the published words and nothing else. */
function isKey(text: string): boolean {
  const checksumLength = format.parts.find(({ name }) => name === "checksum")?.length ?? 0;
  let rest = crc32(text.slice(0, -checksumLength));
  let digits = "";
  while (digits.length < checksumLength) {
    digits = format.checksum.alphabet.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return found(text)[0] === text && digits === text.slice(-checksumLength);
}

const sdkTakes = (key: string) => {
  try {
    checkApiKey(key);
    return true;
  } catch {
    return false;
  }
};

/** What secret scanners are told about keys, the server's keys, and the SDK's check are one and the same. */
describe("the published form of API keys", () => {
  test("every key the server makes is found in any text, passes the published checksum and the SDK's check", () => {
    for (let index = 0; index < 300; index += 1) {
      const { key } = generateKey(index % 2 ? "live" : "test");
      for (const text of [
        key,
        `KEY=${key}\n`,
        `{"key":"${key}"}`,
        `https://x.example/?k=${key}&l=1`,
        `Bearer ${key}, next`,
      ])
        expect(found(text)).toEqual([key]);
      expect([
        isKey(key),
        sdkTakes(key),
        parseKey(key) !== null,
        format.keywords.some((word) => key.startsWith(word)),
      ]).toEqual([true, true, true, true]);
      expect(key).toHaveLength(format.parts.reduce((sum, { length }) => sum + length, 0));
      // Any one character wrong: nobody takes it.
      const at = 9 + (index % 61);
      const typo = key.slice(0, at) + (key[at] === "x" ? "y" : "x") + key.slice(at + 1);
      expect([isKey(typo), sdkTakes(typo), parseKey(typo)]).toEqual([false, false, null]);
    }
  });

  test.each(valid)(
    "vector $key is a key for the pattern, the checksum, the server and the SDK",
    ({ key, crc32: sum }) => {
      expect(crc32(key.slice(0, -6))).toBe(sum);
      expect([isKey(key), parseKey(key) !== null, sdkTakes(key)]).toEqual([true, true, true]);
    },
  );

  test.each(wrong)("vector $key looks like a key and is none", ({ key }) => {
    expect(found(key)).toEqual([key]);
    expect([isKey(key), parseKey(key), sdkTakes(key)]).toEqual([false, null, false]);
  });

  test.each(others)("vector $text is not found", ({ text }) => {
    expect(found(text)).toEqual([]);
    expect(parseKey(text)).toBeNull();
  });

  test("reports go where the contract says, as many at once as it says", () => {
    expect(operations.reportApiKey).toMatchObject({
      method: format.report.method.toLowerCase(),
      path: format.report.path,
    });
    const contract = JSON.parse(readFileSync(new URL("../../openapi/dist/openapi.json", import.meta.url), "utf8")) as {
      components: { schemas: { ReportApiKeyRequest: { properties: { reports: { maxItems: number } } } } };
    };
    expect(contract.components.schemas.ReportApiKeyRequest.properties.reports.maxItems).toBe(format.report.keys_max);
  });
});
