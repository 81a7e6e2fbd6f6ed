// Does a changeset announce what changed in an SDK's public surface since the last release? Exit code 1 if not.
// Argument: the SDK's folder, default this one. With --released: what is now is what was released (part of npm run release:version).
import { copyFileSync, existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { announcedLevel, compareSurfaces, covers, neededLevel } from "./surface-change.ts";

const {
  values,
  positionals: [sdk = fileURLToPath(new URL("..", import.meta.url))],
} = parseArgs({ allowPositionals: true, options: { released: { type: "boolean" } } });
const released = join(sdk, "released-surface.md");
// Generated with the code in one SDK, by a script of its own in the other.
const present = [join(sdk, "src/generated/public-surface.md"), join(sdk, "public-surface.md")].find((path) =>
  existsSync(path),
);
if (present === undefined) throw new Error(`${sdk} has no public-surface.md`);

if (values.released) copyFileSync(present, released);
else check(present);

function check(surface: string): void {
  const { name, version } = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  const changesets = globSync("../.changeset/*.md", { cwd: sdk }).map((file) => readFileSync(join(sdk, file), "utf8"));
  const change = compareSurfaces(readFileSync(released, "utf8"), readFileSync(surface, "utf8"));
  const needed = neededLevel(change, version);
  const announced = announcedLevel(changesets, name);
  console.log(
    `${change.breaks.length} breaks, ${change.additions.length} additions since ${version}: needs ${needed}, changesets say ${announced}`,
  );
  if (covers(announced, needed)) return;
  console.log(
    [...change.breaks, ...change.additions]
      .slice(0, 50)
      .map((line) => `  ${line}`)
      .join("\n"),
  );
  console.log(`Take it back, or say it to users: a file in .changeset with "${name}": ${needed}.`);
  process.exitCode = 1;
}
