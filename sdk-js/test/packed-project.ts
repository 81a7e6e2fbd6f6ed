import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const sdk = resolve(import.meta.dirname, "..");

export interface PackedProject {
  /** A user's project with the package installed. */
  folder: string;
  remove(): void;
}

/** Packs what would be published and installs it as a user does. */
export function installPacked(): PackedProject {
  const folder = mkdtempSync(join(tmpdir(), "musicverse-user-"));
  const bin = join(sdk, "../node_modules/.bin/tsdown");
  execFileSync(bin, ["--logLevel", "warn", "--out-dir", join(folder, "dist")], { cwd: sdk });
  // A copy, so that other work on the package's own dist is not disturbed.
  const copy = join(folder, "package");
  cpSync(join(folder, "dist"), join(copy, "dist"), { recursive: true });
  for (const file of ["package.json", "README.md", "LICENSE"]) copyFileSync(join(sdk, file), join(copy, file));
  execFileSync("npm", ["pack", "--pack-destination", folder], { cwd: copy, stdio: "pipe" });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true }));
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${tarball}`], {
    cwd: folder,
    stdio: "pipe",
  });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
