import type { UserConfig } from "tsdown";

const config: UserConfig = {
  entry: "src/main.ts",
  format: "esm",
  tsconfig: "tsconfig.build.json",
  target: "es2024",
  platform: "node",
  // .js, as "type": "module" says.
  fixedExtension: false,
};

export default config;
