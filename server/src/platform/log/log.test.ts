import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createLogger, knownFieldsLog } from "./index.ts";

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level: "debug", name: "test" }, { write: (line) => lines.push(line) }));
  for (const line of lines) JSON.parse(line);
  return lines.join("");
}

// Fake values in the shape of real ones, spelt so that no scanner takes this file for a leak.
const apiKey = ["amv", "live", "a".repeat(60)].join("_");
const session = ["amv", "session", "b".repeat(40)].join("_");
const webhookSecret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

test.each([
  ["a field", { token: apiKey }],
  ["a nested field", { request: { headers: { authorization: `Bearer ${apiKey}` } } }],
  ["an innocent field", { note: `used ${apiKey} today` }],
  ["a URL", { url: `http://x/?k=${apiKey}&t=${session}` }],
  ["an error's message", { err: new Error(`no such key ${apiKey}`) }],
  ["an error's cause", { err: new Error("outer", { cause: new Error(`inner ${webhookSecret}`) }) }],
  ["escaped JSON", { text: JSON.stringify({ secret: webhookSecret, password: "pw-canary" }) }],
  ["deep data", { a: { b: { c: { d: { password: "pw-canary", lyrics: 'prompt-canary "quoted" \\ end' } } } } }],
  ["an object under a secret name", { body: { text: "prompt-canary" }, job: { input: { text: "prompt-canary" } } }],
  ["a connection string", { err: new Error("cannot reach postgres://app:pw-canary@db/musicverse") }],
  [
    "a database error's detail",
    { err: Object.assign(new Error("check"), { detail: "Failing row contains (prompt-canary)" }) },
  ],
  ["a basic credential", { header: "Basic cHctY2FuYXJ5" }],
])("no secret leaves by %s", (_, fields) => {
  const output = logged((log) => {
    log.info(fields, "message");
    log.child(fields).info("message");
  });
  expect(output).toContain("message");
  expect(output).not.toMatch(/a{20}|b{20}|CQkJ|pw-canary|prompt-canary|quoted|cHctY2FuYXJ5/);
});

test("a secret in the message itself is removed", () => {
  expect(logged((log) => log.info(`revoked ${apiKey}`))).toContain("revoked amv_live_[redacted]");
});

test("a writer of known fields cannot let a credential through either, and leaves the log it came from as strict", () => {
  const output = logged((log) => {
    knownFieldsLog(log).info({ request_id: apiKey, problem: `Bearer ${session}` }, webhookSecret);
    log.info({ input: "prompt-canary" }, "message");
  });
  expect(output.match(/\[redacted\]/g)).toHaveLength(4);
  expect(output).not.toMatch(/a{20}|b{20}|CQkJ|prompt-canary/);
});

test("what a reader needs stays: ids, status, the error's code, message and stack", () => {
  const line = logged((log) =>
    log.warn({ key_id: "k-1", account_id: "a-1", err: Object.assign(new Error("boom"), { code: "23505" }) }, "failed"),
  );
  expect(JSON.parse(line)).toMatchObject({
    name: "test",
    key_id: "k-1",
    account_id: "a-1",
    msg: "failed",
    err: { code: "23505", message: "boom", stack: expect.stringContaining("log.test.ts") },
  });
});

test.each(["process.exit(1)", "undefined", "throw new Error('boom')"])(
  "all lines are out when the process ends by %s",
  async (end) => {
    const module = new URL("./index.ts", import.meta.url).href;
    const script = `const { createLogger } = await import(${JSON.stringify(module)}); const log = createLogger({ level: "info", name: "test" }); for (let line = 0; line < 200; line += 1) log.info({ line }, "a line"); ${end};`;
    const run = promisify(execFile)(process.execPath, [
      "--conditions=musicverse-source",
      "--input-type=module",
      "-e",
      script,
    ]);
    const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { line: number }).line),
    ).toEqual(Array.from({ length: 200 }, (_, line) => line));
  },
);
