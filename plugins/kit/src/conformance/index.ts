import { describe, expect, test } from "vitest";
import type { AnyPlugin } from "../plugin.ts";
import { rules } from "./rules/index.ts";
import { levels, rulesFor } from "./levels.ts";
import type { ConformanceOptions } from "./subject.ts";

export { fileOf } from "./files.ts";
export { levels } from "./levels.ts";
export { rules } from "./rules/index.ts";
export {
  jsonAnswer,
  textAnswer,
  type Case,
  type Cases,
  type ConformanceOptions,
  type ErrorCase,
  type Level,
  type Rule,
  type Subject,
  type WebhookSamples,
} from "./subject.ts";

/** The definition of done for a plugin, as a Vitest suite. Call it at the top of a test file. */
export function conformance(plugin: AnyPlugin, options: ConformanceOptions): void {
  const { level = "gold", bypass = {} } = options;
  const exceptions = Object.entries(bypass).map(([rule, reason]) => `, except ${rule}: ${reason}`);
  describe(`${plugin.id} is ${level}: ${levels[level]}${exceptions.join("")}`, () => {
    for (const rule of rulesFor(rules, plugin, options)) {
      test(`${rule.id}: ${rule.title}`, { timeout: 60_000 }, async () => {
        await expect(rule.check({ plugin, options })).resolves.toBeUndefined();
      });
    }
  });
}
