export type { NamedKey } from "./define.ts";
export { ConfigError, loadConfig, type Config } from "./load.ts";
