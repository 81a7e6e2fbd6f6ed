// Brings a fresh clone to where everything else can run: needs Node ≥ 20 with npm and nothing more.
// Plain JavaScript without packages, because it runs before any package is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "node_modules", ".musicverse-setup");

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Node ${process.versions.node} is too old. Install Node 20 or newer and run the command again.`);
}
const lock = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  // `npm ci` begins by deleting what is there, perhaps under a running platform: only a folder without packages gets it.
  const fresh = !existsSync(join(root, "node_modules"));
  console.log(fresh ? "Installing packages (once; about half a minute) …" : "Updating packages …");
  const command = fresh ? ["ci"] : ["install", "--no-save"];
  const npm = spawnSync("npm", [...command, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (npm.status !== 0) fail("npm could not install the packages, see above. Is a package registry reachable?");
  writeFileSync(stamp, lock);
}
if (!existsSync(join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node"))) {
  fail(`No Node 24 package was installed for ${process.platform}-${process.arch}. Run with Node 24 or newer instead.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
