import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findUnseenAnswers } from "./answers.ts";

const folder = mkdtempSync(join(tmpdir(), "musicverse-answers-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = join(folder, "openapi.json");
writeFileSync(
  spec,
  JSON.stringify({
    paths: {
      "/v1/songs": {
        get: { operationId: "listSongs", responses: { 200: {}, 400: {}, 429: {}, 500: {} } },
        parameters: [],
      },
    },
    components: { schemas: { ErrorCode: { enum: ["validation_failed", "rate_limited"] } } },
  }),
);
const line = (name: string, status: number, problem?: string) =>
  `${JSON.stringify({ level: "info", name, request_id: "req_1", operation: "listSongs", status, duration_ms: 1, problem, msg: "request" })}\n`;

test("answers that no test has seen are named, each and every error code; what the fuzzer got does not count", () => {
  writeFileSync(join(folder, "1.log"), line("test", 200) + line("fuzz", 429, "rate_limited"));
  writeFileSync(join(folder, "2.log"), `${line("musicverse", 400, "validation_failed")}not a line of ours`);
  expect(findUnseenAnswers(folder, spec)).toEqual([
    "no test has seen: listSongs 429",
    "no test has seen: rate_limited",
  ]);
  writeFileSync(join(folder, "3.log"), line("test", 429, "rate_limited"));
  expect(findUnseenAnswers(folder, spec)).toEqual([]);
});
