// Makes the generated part of the JavaScript SDK from the bundled contract.
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readBundle, root, write } from "../openapi/files.mjs";
import { generateSdk } from "./generate.ts";

const sdk = join(root, "sdk-js");
const generated = join(sdk, "src/generated");

/** Writes sdk-js/src/generated and removes files there that no operation or tag stands behind any more. */
export function writeSdk() {
  const document = readBundle();
  const { version } = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8"));
  const tags = document.tags.map(({ name }) => name);
  const extendedTags = new Set(tags.filter((tag) => existsSync(join(sdk, "src/resources", `${tag}.ts`))));
  const files = generateSdk({ document, version, extendedTags });
  for (const stale of globSync("**/*.ts", { cwd: generated }))
    if (!files.has(stale.replaceAll("\\", "/"))) rmSync(join(generated, stale));
  for (const [name, text] of files) write(join(generated, name), text);
}
