import { expect, test } from "vitest";
import { brokenPlugins } from "./broken/index.ts";
import { carolOptions, carolWith } from "./broken/carol.ts";
import { chimeOptions, chimeWith } from "./broken/chime.ts";
import { conformance, rules } from "./index.ts";
import type { AnyPlugin } from "../plugin.ts";
import { rulesFor } from "./levels.ts";
import type { ConformanceOptions } from "./subject.ts";

conformance(chimeWith(), chimeOptions);
conformance(carolWith(), carolOptions);

async function brokenRules(plugin: AnyPlugin, options: ConformanceOptions): Promise<string[]> {
  const failed: string[] = [];
  for (const rule of rulesFor(rules, plugin, options)) {
    await rule.check({ plugin, options }).catch(() => failed.push(rule.id));
  }
  return failed;
}

test.each(brokenPlugins)("a plugin that breaks $rule ($how) fails exactly it", async ({ rule, plugin, options }) => {
  expect(await brokenRules(plugin, { ...chimeOptions, calls: 300, ...options })).toEqual([rule]);
});

test("every rule has a broken plugin that shows that it bites", () => {
  expect(new Set(brokenPlugins.map(({ rule }) => rule))).toEqual(new Set(rules.map(({ id }) => id)));
});
