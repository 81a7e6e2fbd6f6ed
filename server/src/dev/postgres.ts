import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { locatePostgres, reachableStateDirectory, type PostgresBinaries } from "./postgres-binaries.ts";

export interface EmbeddedPostgresOptions {
  /** Everything lives here (data, log, password) and survives a restart. */
  directory: string;
  /** TCP port on 127.0.0.1; a free one when absent. */
  port?: number;
  /** Extra server settings, e.g. `{ fsync: "off" }` for tests. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  port: number;
  /** Connects as the superuser `postgres`: bootstrap only, the application never gets it. */
  adminUrl: string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 10;

/**
 * Starts PostgreSQL from the packaged binaries on loopback TCP only.
 * @throws Error naming the taken port, the process that already uses the directory, or the end of the server's log.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = locatePostgres();
  const directory = reachableStateDirectory(options.directory, binaries.runAs);
  const files = {
    data: join(directory, "data"),
    log: join(directory, "postgres.log"),
    password: join(directory, "password"),
    starter: join(directory, "starter.pid"),
  };
  stopOrphan(binaries, files);
  const password = initialise(binaries, files);
  const port = await claimPort(options.port);
  const child = launch(binaries, files, port, options.settings ?? {});
  await waitUntilReady(child, files);
  writeFileSync(files.starter, String(process.pid));
  let stopping: Promise<void> | undefined;
  return {
    port,
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: () => (stopping ??= stop(binaries, files, child)),
  };
}

interface Files {
  data: string;
  log: string;
  password: string;
  starter: string;
}

/** A server whose starter was killed keeps running; a starter that lives keeps its directory. */
function stopOrphan(binaries: PostgresBinaries, files: Files): void {
  // A lock file without its server (the machine lost power) is Postgres's own business: it looks and goes on.
  if (!isAlive(readPid(join(files.data, "postmaster.pid")))) return;
  const starter = readPid(files.starter);
  if (starter !== process.pid && isAlive(starter)) {
    throw new Error(
      `The database in ${files.data} is in use by process ${starter}. Stop that MusicVerse first, ` +
        `or give this one its own directory.`,
    );
  }
  control(binaries, files, ["stop", "-m", "fast", "-w"]);
}

function readPid(file: string): number {
  return existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : Number.NaN;
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && process.kill(pid, 0) && !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** In a container without an init process, the dead keep their pid. */
function isZombie(pid: number): boolean {
  const status = `/proc/${pid}/stat`;
  return existsSync(status) && /^\d+ \(.*\) Z /.test(readFileSync(status, "utf8"));
}

/** Creates the cluster on first use; returns the superuser's password. */
function initialise(binaries: PostgresBinaries, files: Files): string {
  if (existsSync(join(files.data, "PG_VERSION"))) return readFileSync(files.password, "utf8");
  // What is left of an initdb that was interrupted would make the next one refuse.
  rmSync(files.data, { recursive: true, force: true });
  const password = randomBytes(32).toString("base64url");
  writeFileSync(files.password, password, { mode: 0o600 });
  mkdirSync(files.data, { recursive: true, mode: 0o700 });
  if (binaries.runAs) {
    chownSync(files.password, binaries.runAs.uid, binaries.runAs.gid);
    chownSync(files.data, binaries.runAs.uid, binaries.runAs.gid);
  }
  const result = spawnSync(
    join(binaries.bin, "initdb"),
    [
      `--pgdata=${files.data}`,
      "--username=postgres",
      `--pwfile=${files.password}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-sync",
      "--set=lc_messages=C",
      // Passwords here are 256 random bits: stretching them only slows every new connection down.
      "--set=scram_iterations=1",
    ],
    { ...binaries.runAs, cwd: "/", env: childEnvironment(), encoding: "utf8" },
  );
  if (result.status !== 0) {
    throw new Error(`Postgres could not create its data directory ${files.data}:\n${result.stderr || result.error}`);
  }
  return password;
}

/** The given port if it is free, else an error that names it; without one, a free port. */
async function claimPort(wanted: number | undefined): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen({ port: wanted ?? 0, host: "127.0.0.1" }, resolve);
  try {
    await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${wanted} for the embedded Postgres is taken. Free it, or choose another port.`, {
      cause: error,
    });
  }
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address ? address.port : (wanted ?? 0);
}

function launch(binaries: PostgresBinaries, files: Files, port: number, extra: Record<string, string>): ChildProcess {
  const settings = { listen_addresses: "127.0.0.1", port: String(port), unix_socket_directories: "", ...extra };
  const log = openSync(files.log, "a", 0o600);
  const child = spawn(
    join(binaries.bin, "postgres"),
    ["-D", files.data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    // Its own process group: Ctrl-C reaches only us, so requests in flight keep their database until we stop it.
    { ...binaries.runAs, cwd: "/", env: childEnvironment(), stdio: ["ignore", log, log], detached: true },
  );
  closeSync(log);
  return child;
}

async function waitUntilReady(child: ChildProcess, files: Files): Promise<void> {
  const exit = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`Postgres did not start. The end of ${files.log}:\n${logTail(files)}`)));
  });
  // Losing the race below is not an unhandled rejection: the server exits for good reasons later.
  exit.catch(() => undefined);
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!isReady(child, files)) {
    if (performance.now() > deadline) {
      child.kill();
      throw new Error(`Postgres was not ready after ${START_TIMEOUT_MS / 1000} s. See ${files.log}.`);
    }
    await Promise.race([exit, delay(POLL_MS)]);
  }
}

/** Line 8 of postmaster.pid is the server's own status (src/include/utils/pidfile.h). */
function isReady(child: ChildProcess, files: Files): boolean {
  const pidFile = join(files.data, "postmaster.pid");
  if (!existsSync(pidFile)) return false;
  const lines = readFileSync(pidFile, "utf8").split("\n");
  return lines[0] === String(child.pid) && lines[7]?.trim() === "ready";
}

async function stop(binaries: PostgresBinaries, files: Files, child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once("exit", resolve));
    // SIGINT is Postgres's "fast" shutdown; Windows has no such signal, pg_ctl speaks to the server there.
    if (process.platform === "win32") control(binaries, files, ["stop", "-m", "fast", "-w"]);
    else child.kill("SIGINT");
    await exited;
  }
  rmSync(files.starter, { force: true });
}

function control(binaries: PostgresBinaries, files: Files, args: string[]): void {
  const options = { ...binaries.runAs, cwd: "/", env: childEnvironment(), stdio: "ignore" as const };
  spawnSync(join(binaries.bin, "pg_ctl"), [...args, "-D", files.data], options);
}

function logTail(files: Files): string {
  return readFileSync(files.log, "utf8").split("\n").slice(-12).join("\n");
}

function childEnvironment(): NodeJS.ProcessEnv {
  // PGDATA, PGPORT or LD_* of the person's own Postgres must not reach this one.
  const windows = process.platform === "win32" ? { SystemRoot: "C:\\Windows" } : {};
  return { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", ...windows };
}
