// Does a changeset announce what changed in the public surface since the last release? Exit code 1 if not.
// With --released: what is now is what was released (part of npm run release:version).
import { copyFileSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announcedLevel, compareSurfaces, covers, neededLevel } from "../../sdk-js/scripts/surface-change.ts";

const sdk = fileURLToPath(new URL("..", import.meta.url));
const released = join(sdk, "released-surface.md");
const present = join(sdk, "public-surface.md");

if (process.argv.includes("--released")) copyFileSync(present, released);
else check();

function check(): void {
  const { name, version } = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8")) as { name: string; version: string };
  const changesets = globSync("../.changeset/*.md", { cwd: sdk }).map((file) => readFileSync(join(sdk, file), "utf8"));
  const change = compareSurfaces(readFileSync(released, "utf8"), readFileSync(present, "utf8"));
  const needed = neededLevel(change, version);
  const announced = announcedLevel(changesets, name);
  console.log(`${change.breaks.length} breaks, ${change.additions.length} additions since ${version}: needs ${needed}, changesets say ${announced}`);
  if (covers(announced, needed)) return;
  console.log([...change.breaks, ...change.additions].slice(0, 50).map((line) => `  ${line}`).join("\n"));
  console.log(`Take it back, or say it to users: a file in .changeset with "${name}": ${needed}.`);
  process.exitCode = 1;
}
