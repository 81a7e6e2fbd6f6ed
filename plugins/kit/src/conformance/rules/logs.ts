import assert from "node:assert/strict";
import type { GenerationInput } from "../../generation.ts";
import { goodUpstream, inputOfEachKind, run, shown } from "../run.ts";
import { textAnswer, type Rule, type Subject } from "../subject.ts";
import { upstreamOf } from "./errors.ts";

const prompt = "prompt-canary walking through rain at night";
const lyrics = "lyrics-canary first line\nlyrics-canary second line";

export const logsRule: Rule = {
  id: "logs",
  needs: "calls",
  title: "no credential, prompt, brief or lyrics in a log, on the console or in an error",
  async check(subject) {
    const { options } = subject;
    const inputs = inputOfEachKind(subject).map((input) => input && withCanaries(input));
    const upstreams = [
      goodUpstream(subject),
      ...options.errors.map(upstreamOf),
      async () => textAnswer(200, `echo ${prompt}`),
    ];
    const printed = await capturing(async () => {
      const all: string[] = [];
      for (const upstream of upstreams) {
        for (const input of inputs) {
          const { log, error } = await run(subject, { upstream, input });
          all.push(log, shown(error));
        }
      }
      return all.join("\n");
    });
    for (const canary of ["prompt-canary", "lyrics-canary", "access-canary", ...secretsOf(subject)]) {
      const at = printed.indexOf(canary);
      const where = printed.slice(Math.max(0, at - 80), at);
      assert.equal(at, -1, `${canary.slice(0, 6)}… appears after: ${where}`);
    }
  },
};

function withCanaries(input: GenerationInput): GenerationInput {
  switch (input.kind) {
    case "music":
      return { ...input, prompt, lyrics, instrumental: false };
    case "reel":
      return { ...input, brief: prompt, instructions: lyrics };
    case "artwork":
      return { ...input, prompt };
  }
}

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
