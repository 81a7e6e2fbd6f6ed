// Makes the generated parts of both SDKs from the bundled contract.
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readBundle, root, write } from "../tools/openapi/files.mjs";
import { generateExamples } from "./examples.ts";
import { generateSdk } from "./generate.ts";
import { snake } from "./names.ts";
import { generatePythonSdk } from "./python/generate.ts";

/** Writes sdk-js/src/generated. */
export function writeSdk() {
  const document = readBundle();
  const resources = join(root, "sdk-js/src/resources");
  const extendedTags = tagsOf(document, (tag) => existsSync(join(resources, `${tag}.ts`)));
  replace(join(root, "sdk-js/src/generated"), generateSdk({ document, version: version(), extendedTags }));
}

/** Writes sdk-python/src/musicverse/_generated; no Python is needed for it. */
export function writePythonSdk() {
  const document = readBundle();
  const sdk = join(root, "sdk-python/src/musicverse");
  const extendedTags = tagsOf(document, (tag) => existsSync(join(sdk, "_resources", `${snake(tag)}.py`)));
  replace(join(sdk, "_generated"), generatePythonSdk({ document, version: version(), extendedTags }));
}

/** Writes examples/{javascript,python}/operations, one program per operation and language, and examples/operations.md. */
export function writeExamples() {
  const examples = generateExamples(readBundle());
  for (const language of ["javascript", "python"])
    replace(join(root, "examples", language, "operations"), examples[language]);
  write(join(root, "examples/operations.md"), examples.table);
}

/** Changesets gives both SDKs the same version; the one of npm is where it stands. */
function version() {
  return JSON.parse(readFileSync(join(root, "sdk-js/package.json"), "utf8")).version;
}

function tagsOf(document, isExtended) {
  return new Set(document.tags.map(({ name }) => name).filter(isExtended));
}

/** Writes the files and removes those in the folder that no operation or tag stands behind any more. */
function replace(folder, files) {
  for (const stale of globSync("**/*.{ts,mjs,py}", { cwd: folder }))
    if (!files.has(stale.replaceAll("\\", "/"))) rmSync(join(folder, stale));
  for (const [name, text] of files) write(join(folder, name), text);
}
