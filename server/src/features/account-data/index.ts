export type { EraseStep } from "./erasure.ts";
export type { Exported } from "./exported.ts";
