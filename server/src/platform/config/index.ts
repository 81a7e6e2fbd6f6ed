export type { NamedKey, ValuesOf } from "./define.ts";
export { envExample } from "./env-example.ts";
export { ConfigError, readSettings } from "./load.ts";
