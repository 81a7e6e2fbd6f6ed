// Completes package-lock.json after a lock change: `npm install` leaves out optional packages of other platforms
// when the registry at hand does not carry them, and `npm ci` then refuses the lock ("Missing: X from lock file").
// Adds a stub per missing optional dependency; npm never installs one, because its `os` matches no machine.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
const packages = lock.packages;

/** The lock key under which Node would find `name` when required from `from`, or undefined. */
function resolve(from, name) {
  for (let dir = from; ; dir = dir.slice(0, dir.lastIndexOf("/node_modules/"))) {
    const key = dir ? `${dir}/node_modules/${name}` : `node_modules/${name}`;
    if (packages[key]) return key;
    if (!dir.includes("/node_modules/")) return packages[`node_modules/${name}`] && `node_modules/${name}`;
  }
}

let added = 0;
for (const [from, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (resolve(from, name)) continue;
    packages[`node_modules/${name}`] = { version: version.replace(/^[\^~]/, ""), os: ["none"], optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
if (added > 0) writeFileSync(path, JSON.stringify(lock, null, 2) + "\n");
console.log(`package-lock.json: ${added} stub${added === 1 ? "" : "s"} added`);
