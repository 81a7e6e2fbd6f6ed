export type { Probe } from "./checks.ts";
