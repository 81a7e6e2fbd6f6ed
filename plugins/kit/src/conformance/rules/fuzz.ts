import assert from "node:assert/strict";
import { isPluginError } from "../../errors.ts";
import type { RawAnswer } from "../../http-rules.ts";
import { providerCases, type SuiteCase } from "../cases.ts";
import { goodUpstream, run, shown } from "../run.ts";
import { jsonAnswer, type Rule, type Subject } from "../subject.ts";

const mutationsMax = 400;
const replacements = [undefined, null, 0, -1, 1e300, "", "nonsense", true, [], {}, [[]]];

export const fuzzRule: Rule = {
  id: "fuzz",
  level: "silver",
  needs: "network",
  title: "whatever the provider answers becomes a valid result or a PluginError, garbage becomes UPSTREAM",
  async check(subject) {
    for (const of of providerCases(subject)) await survives(subject, of);
  },
};

async function survives(subject: Subject, of: SuiteCase): Promise<void> {
  const good = await recorded(subject, of);
  for (const bytes of garbageFrom(good.bytes)) {
    const { error, output } = await run(subject, of, { upstream: async () => ({ ...good, bytes }) });
    const told = `${of.title}, garbage ${JSON.stringify(Buffer.from(bytes.subarray(0, 40)).toString("latin1"))}`;
    assert.ok(isPluginError(error), `${told}: expected PluginError UPSTREAM, got ${shown(error ?? output)}`);
    assert.equal(error.code, "UPSTREAM", told);
  }
  for (const body of mutationsOf(JSON.parse(Buffer.from(good.bytes).toString("utf8")))) {
    const { error, output } = await run(subject, of, {
      upstream: async () => jsonAnswer(good.status, body, good.headers),
    });
    const valid = error === undefined ? of.declaration.output.safeParse(output).success : isPluginError(error);
    assert.ok(
      valid,
      `${of.title}, for ${JSON.stringify(body)?.slice(0, 200)}: ${error === undefined ? "an invalid result" : shown(error)}`,
    );
  }
}

/** The last answer of a good call: the one the plugin makes its result of. */
async function recorded(subject: Subject, of: SuiteCase): Promise<RawAnswer> {
  let last: RawAnswer | undefined;
  const good = goodUpstream(of);
  await run(subject, of, { upstream: async (request, signal) => (last = await good(request, signal)) });
  assert.ok(last, `a good call of ${of.title} sent no request`);
  return last;
}

function garbageFrom(good: Uint8Array): Uint8Array[] {
  // Where a list is expected, an empty one is a good answer.
  const list = Buffer.from(good).toString("latin1").startsWith("[") ? [] : ["[]"];
  const texts = ["", "null", ...list, "{}", "0", '"text"', "<html>502</html>", '{"', "\u0000\u0001\u0002"];
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
