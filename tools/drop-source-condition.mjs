// Takes the condition `musicverse-source` out of packages that are about to be published: it leads to sources that only
// this repository has, and a server that runs with it could not load a plugin which brings its own copy of the kit.
// Arguments: folders, from here.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

for (const folder of process.argv.slice(2)) {
  const path = resolve(folder, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  for (const target of Object.values(manifest.exports ?? {})) {
    if (typeof target === "object") delete target["musicverse-source"];
  }
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
