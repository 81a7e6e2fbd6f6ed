import type { UserConfig } from "tsdown";

const config: UserConfig = {
  entry: "src/index.ts",
  format: ["esm", "cjs"],
  // .mjs and .cjs, so that no tool has to look at "type".
  fixedExtension: true,
  tsconfig: "tsconfig.build.json",
  target: "es2022",
  // The same files run in Node, browsers and workers.
  platform: "neutral",
  dts: true,
  // The documentation is in the declarations.
  outputOptions: { comments: { annotation: true, legal: true, jsdoc: false } },
};

export default config;
