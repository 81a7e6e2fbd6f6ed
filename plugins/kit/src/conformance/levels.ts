import type { AnyPlugin } from "../plugin.ts";
import { providedBy } from "./cases.ts";
import type { ConformanceOptions, Level, Rule } from "./subject.ts";

export const levels = {
  bronze: "safe to run: it does what it declares, stays within its account and gives nothing away",
  silver: "dependable: it survives whatever its provider does",
  gold: "complete: it has a sandbox and runs for months",
} as const satisfies Record<Level, string>;

const order = Object.keys(levels);

/** Whether the plugin has what the rule is about. */
export function concerns({ needs }: Rule, plugin: AnyPlugin): boolean {
  switch (needs) {
    case undefined:
      return true;
    case "oauth2":
      return plugin.auth?.kind === "oauth2";
    case "network":
      return providedBy({ plugin }).some(({ declaration }) => declaration.network);
    default:
      return plugin.capabilities[needs] !== undefined;
  }
}

/** Whether the rule is part of the level that the plugin claims. */
export const isWithin = (rule: Rule, { level = "gold" }: ConformanceOptions): boolean =>
  order.indexOf(rule.level) <= order.indexOf(level);

/** The rules that a plugin is judged by: those of its level that it does not bypass. */
export const rulesFor = (rules: readonly Rule[], plugin: AnyPlugin, options: ConformanceOptions): Rule[] =>
  rules.filter((rule) => concerns(rule, plugin) && isWithin(rule, options) && options.bypass?.[rule.id] === undefined);
