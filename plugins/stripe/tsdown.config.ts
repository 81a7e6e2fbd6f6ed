import type { UserConfig } from "tsdown";

const config: UserConfig = {
  entry: "src/index.ts",
  format: "esm",
  tsconfig: "tsconfig.build.json",
  target: "es2024",
  platform: "node",
  dts: true,
  // .js, as "type": "module" says.
  fixedExtension: false,
};

export default config;
