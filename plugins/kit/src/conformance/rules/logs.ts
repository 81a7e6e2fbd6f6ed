import assert from "node:assert/strict";
import { casesOf } from "../cases.ts";
import { goodUpstream, run, shown } from "../run.ts";
import { textAnswer, type Rule, type Subject } from "../subject.ts";
import { withContent } from "../user-content.ts";
import { upstreamOf } from "./errors.ts";

/** Two lines, because plugins may quote what users wrote by the line. */
const content = "content-canary walking through rain\ncontent-canary at night";

export const logsRule: Rule = {
  id: "logs",
  level: "bronze",
  title: "no credential and nothing that users wrote in a log, on the console or in an error",
  async check(subject) {
    const { options } = subject;
    const cases = casesOf(subject).map((of) => withContent(of, content));
    const failures = [...options.errors.map(upstreamOf), async () => textAnswer(200, `echo ${content}`)];
    const printed = await capturing(async () => {
      const all: string[] = [];
      for (const of of cases) {
        for (const upstream of [goodUpstream(of), ...(of.declaration.network ? failures : [])]) {
          const { log, error } = await run(subject, of, { upstream });
          all.push(log, shown(error));
        }
      }
      return all.join("\n");
    });
    for (const canary of ["content-canary", "access-canary", ...secretsOf(subject)]) {
      const at = printed.indexOf(canary);
      const where = printed.slice(Math.max(0, at - 80), at);
      assert.equal(at, -1, `${canary.slice(0, 6)}… appears after: ${where}`);
    }
  },
};

function secretsOf({ plugin, options }: Subject): string[] {
  return Object.entries(plugin.config).flatMap(([name, { kind }]) => {
    const value = options.config[name];
    return kind === "secret" && value ? [value] : [];
  });
}

/** What `work` answers, plus everything printed meanwhile. */
async function capturing(work: () => Promise<string>): Promise<string> {
  let printed = "";
  const methods = ["log", "info", "warn", "error", "debug"] as const;
  const originals = methods.map((method) => console[method]);
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  const keep = (...parts: unknown[]): boolean => {
    printed += `${parts.map((part) => (typeof part === "string" ? part : shown(part))).join(" ")}\n`;
    return true;
  };
  for (const method of methods) console[method] = keep;
  for (const stream of streams) stream.write = keep;
  try {
    return (await work()) + printed;
  } finally {
    for (const [index, method] of methods.entries()) console[method] = originals[index] ?? keep;
    for (const [index, stream] of streams.entries()) stream.write = writes[index] ?? keep;
  }
}
