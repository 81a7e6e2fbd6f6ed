import assert from "node:assert/strict";
import { isPluginError } from "../../errors.ts";
import type { RawAnswer } from "../../http-rules.ts";
import { goodUpstream, inputOfEachKind, mainOf, run, shown } from "../run.ts";
import type { GenerationInput } from "../../generation.ts";
import { jsonAnswer, type Rule, type Subject } from "../subject.ts";

const mutationsMax = 400;
const replacements = [undefined, null, 0, -1, 1e300, "", "nonsense", true, [], {}, [[]]];

export const fuzzRule: Rule = {
  id: "fuzz",
  needs: "calls",
  title: "whatever the provider answers becomes a valid result or a PluginError, garbage becomes UPSTREAM",
  async check(subject) {
    for (const input of inputOfEachKind(subject)) await survives(subject, input);
  },
};

async function survives(subject: Subject, input: GenerationInput | undefined): Promise<void> {
  const good = await recorded(subject, input);
  for (const bytes of garbageFrom(good.bytes)) {
    const { error, output } = await run(subject, { upstream: async () => ({ ...good, bytes }), input });
    const told = `garbage ${JSON.stringify(Buffer.from(bytes.subarray(0, 40)).toString("latin1"))}`;
    assert.ok(isPluginError(error), `${told}: expected PluginError UPSTREAM, got ${shown(error ?? output)}`);
    assert.equal(error.code, "UPSTREAM", told);
  }
  for (const body of mutationsOf(JSON.parse(Buffer.from(good.bytes).toString("utf8")))) {
    const { error, output } = await run(subject, {
      upstream: async () => jsonAnswer(good.status, body, good.headers),
      input,
    });
    const valid = error === undefined ? mainOf(subject)?.output.safeParse(output).success : isPluginError(error);
    assert.ok(
      valid,
      `for ${JSON.stringify(body)?.slice(0, 200)}: ${error === undefined ? "an invalid result" : shown(error)}`,
    );
  }
}

/** The last answer of a good call: the one the plugin makes its result of. */
async function recorded(subject: Subject, input: GenerationInput | undefined): Promise<RawAnswer> {
  let last: RawAnswer | undefined;
  const good = goodUpstream(subject);
  await run(subject, { upstream: async (request, signal) => (last = await good(request, signal)), input });
  assert.ok(last, "a good call sent no request");
  return last;
}

function garbageFrom(good: Uint8Array): Uint8Array[] {
  const texts = ["", "null", "[]", "{}", "0", '"text"', "<html>502</html>", '{"', "\u0000\u0001\u0002"];
  return [...texts.map((text) => new TextEncoder().encode(text)), good.subarray(0, good.length >> 1)];
}

/** The body with each of its values replaced, one at a time. `undefined` leaves the field away. */
function* mutationsOf(body: unknown): Generator {
  let count = 0;
  for (const path of pathsOf(body, [])) {
    for (const value of replacements) {
      if ((count += 1) > mutationsMax) return;
      yield replaced(body, path, value);
    }
  }
}

function* pathsOf(value: unknown, path: string[]): Generator<string[]> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
}

function replaced(body: unknown, [key, ...rest]: string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = structuredClone(body) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, value);
  return copy;
}
