// Writes into the packages that are about to be published where their source is: npm compares it with the place that built
// them, and refuses their provenance otherwise. GitHub says which repository this is, so that a fork names itself.
import { readFileSync, writeFileSync } from "node:fs";

const repository = process.env["GITHUB_REPOSITORY"];
const folders = process.argv.slice(2);

if (!repository) console.log("name-repository: GITHUB_REPOSITORY is not set; the packages name no repository");
for (const directory of repository ? folders : []) {
  const path = new URL(`../${directory}/package.json`, import.meta.url);
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  manifest.repository = { type: "git", url: `git+https://github.com/${repository}.git`, directory };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
