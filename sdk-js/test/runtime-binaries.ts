import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/** A JavaScript runtime to test on. */
export interface Runtime {
  name: string;
  /** Path of its program. */
  program: string;
}

/** Kept between runs, and not among the dependencies: together they are 700 MB. */
const cache = resolve(import.meta.dirname, "../../node_modules/.cache/musicverse-runtimes");
const system = process.platform === "win32" ? "win" : process.platform;

/** Packages that bring a program without running a script, and where it is in them. */
const wanted = [
  { name: "Node 20", install: `node-${system}-${process.arch}@20.20.2`, program: "node-*/bin/node" },
  { name: "Node 22", install: `node-${system}-${process.arch}@22.23.3`, program: "node-*/bin/node" },
  { name: "Deno", install: "deno@2.9.6", program: "@deno/*/deno" },
  { name: "Bun", install: "bun@1.4.5", program: "@oven/bun-*/bin/bun" },
  { name: "workerd", install: "workerd@1.20261117.1", program: "@cloudflare/workerd-*/bin/workerd" },
];

/** The Node that runs this, and those of `names` that can be had; what cannot is to be shown as a test that was skipped. */
export async function findRuntimes(
  names: readonly string[],
): Promise<{ found: Runtime[]; missing: { name: string; reason: string }[] }> {
  const here = { name: `Node ${process.versions.node.split(".")[0]}`, program: process.execPath };
  const looked = await Promise.all(wanted.filter(({ name }) => names.includes(name)).map(obtain));
  return {
    found: [here, ...looked.filter((runtime) => "program" in runtime)],
    missing: looked.filter((runtime) => "reason" in runtime),
  };
}

async function obtain({
  name,
  install,
  program,
}: (typeof wanted)[number]): Promise<Runtime | { name: string; reason: string }> {
  const folder = join(cache, install.replaceAll(/[^\w.-]/g, "-"));
  const look = (): string | undefined =>
    globSync(join(folder, "node_modules", program)).find((path) => existsSync(path));
  let reason = "it holds no program for this machine";
  if (!look()) {
    // Two test files may want the same one at the same time: each installs on its own, the first to finish is kept.
    mkdirSync(cache, { recursive: true });
    const own = mkdtempSync(`${folder}-`);
    const npm = [
      "install",
      "--prefix",
      own,
      "--ignore-scripts",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
      install,
    ];
    await promisify(execFile)("npm", npm, { timeout: 240_000 }).catch((error: unknown) => {
      reason = String(error).split("\n").slice(0, 3).join(" ");
    });
    if (look() || !existsSync(join(own, "node_modules"))) rmSync(own, { recursive: true });
    else renameSync(own, folder);
  }
  const path = look();
  return path ? { name, program: path } : { name, reason: `${install} could not be installed from npm (${reason})` };
}
