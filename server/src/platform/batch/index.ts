export { createBatcher } from "./batcher.ts";
