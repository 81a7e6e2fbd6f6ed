import { describe, expect, test } from "vitest";
import type { AnyPlugin } from "../plugin.ts";
import { rules } from "./rules/index.ts";
import { concerns, type ConformanceOptions } from "./subject.ts";

export { fileOf } from "./files.ts";
export { rules } from "./rules/index.ts";
export {
  jsonAnswer,
  textAnswer,
  type ConformanceOptions,
  type ErrorCase,
  type Rule,
  type Subject,
  type WebhookSamples,
} from "./subject.ts";

/** The definition of done for a plugin, as a Vitest suite. Call it at the top of a test file. */
export function conformance(plugin: AnyPlugin, options: ConformanceOptions): void {
  describe(`${plugin.id} conforms to the plugin kit`, () => {
    for (const rule of rules.filter((each) => concerns(each, plugin))) {
      test(`${rule.id}: ${rule.title}`, { timeout: 60_000 }, async () => {
        await expect(rule.check({ plugin, options })).resolves.toBeUndefined();
      });
    }
  });
}
