import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findLeaks } from "./leaks.ts";

function outputOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "musicverse-leaks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "worker"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}

test.each([
  ["API key", ["amv", "live", "a".repeat(60)].join("_")],
  ["session token", ["amv", "session", "b".repeat(40)].join("_")],
  ["webhook secret", `whsec_${Buffer.alloc(32, 9).toString("base64")}`],
  ["password", "PW-canary-1"],
  ["prompt or lyrics", "a prompt-canary about rain"],
  ["password hash", "$argon2id$v=19$m=19456"],
])("%s in a log is found with its place, and not repeated", (what, secret) => {
  const folder = outputOf({ "worker/1.log": `{"msg":"fine"}\n{"msg":"${secret}"}\n` });
  expect(findLeaks(folder)).toEqual([`${what} in ${join(folder, "worker/1.log")}:2`]);
});

test("output without secrets has no findings", () => {
  expect(
    findLeaks(outputOf({ "api.log": `{"msg":"request done","key_id":"key_01","authorization":"[redacted]"}` })),
  ).toEqual([]);
});

test("no output at all is a finding: nothing was checked", () => {
  expect(findLeaks(outputOf({}))).toEqual([expect.stringContaining("nothing was checked")]);
});
