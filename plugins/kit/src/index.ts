export * from "./capabilities.ts";
export * from "./context.ts";
export * from "./errors.ts";
export * from "./generation.ts";
export * from "./long-work.ts";
export { kitVersion } from "./version.ts";
