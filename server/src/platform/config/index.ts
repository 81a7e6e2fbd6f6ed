export { defineSettings, flag, integer, keys, list, oneOf, optional, text, url } from "./define.ts";
export type { NamedKey, Setting } from "./define.ts";
export { ConfigError, loadConfig, type Config } from "./load.ts";
