// Writes every generated file of the repository, in order: each step may read what the ones before it wrote.
// All of them are committed; running this twice changes nothing, and the check fails when it changes anything.
import { bundleContract, writeErrorCodeSchema } from "./openapi/bundle.mjs";
import { writeServerFiles } from "./openapi/server-files.mjs";
import { writeServerTypes } from "./openapi/server-types.mjs";
import { writeSdk } from "./sdk/write-sdk.mjs";

const steps = [
  ["error codes → openapi/schemas/ErrorCode.yaml", writeErrorCodeSchema],
  ["contract → openapi/dist/openapi.json", bundleContract],
  ["server types → server/src/generated/openapi.types.ts", writeServerTypes],
  ["server tables → server/src/generated/*.ts", writeServerFiles],
  ["JavaScript SDK → sdk-js/src/generated/", writeSdk],
];

for (const [name, run] of steps) {
  const startedAt = performance.now();
  await run();
  console.log(`gen: ${name} (${Math.round(performance.now() - startedAt)} ms)`);
}
