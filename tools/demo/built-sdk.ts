import { spawnSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type Sdk = typeof import("@musicverse/sdk");

const root = fileURLToPath(new URL("../../", import.meta.url));
const entry = `${root}sdk-js/dist/index.mjs`;

/** Builds the SDK when its sources are newer, and loads what was built: the demo uses what users would install. */
export async function buildSdk(): Promise<Sdk> {
  const newest = Math.max(...globSync(`${root}sdk-js/src/**/*.ts`).map((file) => statSync(file).mtimeMs));
  if (!existsSync(entry) || statSync(entry).mtimeMs < newest) {
    const build = spawnSync("npm", ["run", "--silent", "build", "-w", "@musicverse/sdk"], {
      cwd: root,
      encoding: "utf8",
    });
    if (build.status !== 0) throw new Error(`The SDK could not be built:\n${build.stdout}${build.stderr}`);
  }
  return import(entry) as Promise<Sdk>;
}
