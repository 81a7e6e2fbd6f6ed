import assert from "node:assert/strict";
import { parseConfig } from "../../parse-config.ts";
import type { Rule } from "../subject.ts";

const junk = [
  "\u0000",
  "🎵",
  " x ",
  "javascript:alert(1)",
  "-1",
  "1e999",
  "null",
  "../../etc/passwd",
  "x".repeat(10_000),
];

export const configErrorsRule: Rule = {
  id: "config-errors",
  level: "bronze",
  title: "a missing or malformed setting is named, and nothing a person types makes parsing throw",
  async check({ plugin, options }) {
    const good = parseConfig(plugin, options.config);
    assert.deepEqual([...good.missing, ...good.malformed], [], "the suite's config must satisfy the manifest");
    for (const [name, field] of Object.entries(plugin.config)) {
      if (field.required) {
        const without = parseConfig(plugin, { ...options.config, [name]: undefined });
        assert.deepEqual(
          without.missing.map((problem) => problem.field),
          [name],
          `without ${name}`,
        );
      }
      for (const value of junk) {
        const { malformed } = attempt(() => parseConfig(plugin, { ...options.config, [name]: value }), name);
        assert.ok(
          malformed.every((problem) => problem.field === name),
          `junk in ${name} is blamed on another setting`,
        );
        const told = malformed.map(({ message }) => message).join();
        assert.ok(field.kind !== "secret" || !told.includes(value), `the message about ${name} quotes the secret`);
      }
    }
  },
};

function attempt<T>(parse: () => T, name: string): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`parsing ${name} throws instead of answering a problem`, { cause: error });
  }
}
