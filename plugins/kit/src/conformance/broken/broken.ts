import type { AnyPlugin } from "../../plugin.ts";
import type { ConformanceOptions } from "../subject.ts";

/** A plugin that breaks exactly one rule, in a way that a person might. */
export interface Broken {
  rule: string;
  how: string;
  plugin: AnyPlugin;
  options?: Partial<ConformanceOptions>;
}
