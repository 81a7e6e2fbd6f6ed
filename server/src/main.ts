import { parseArgs } from "node:util";
import { createMissingRoles } from "../migrations/roles.ts";
import { migrateDown, migrateUp, pendingMigrations } from "../migrations/runner.ts";
import { changeAdministrator } from "./administrators.ts";
import { startApi, type RunningPart } from "./api.ts";
import { startDev } from "./dev/dev.ts";
import { loadConfig } from "./config.ts";
import { migrateQueueSchema } from "./platform/queue/index.ts";
import { openServices, type Services } from "./services.ts";
import { createShared, type Shared } from "./shared.ts";
import { startWorkerProcess } from "./worker-process.ts";

const USAGE = `musicverse-server <command>
  api                     serve the HTTP API
  worker                  run background work: generations, webhook deliveries, track analysis
  worker --plugins a,b    run only the work of these plugins, isolated in their own process
  dev                     run both in one process on an embedded database (npm start)
  admin grant <email>     make the account with this address a platform administrator
  admin revoke <email>    revoke that role; takes effect within a second
  migrate up              apply pending migrations (as DATABASE_OWNER_URL)
  migrate down [count]    roll back the newest migrations (default 1)
  migrate status          list pending migrations`;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { plugins: { type: "string" } } });
const [command, ...rest] = positionals;

try {
  const stop = await run();
  if (stop) stopOnSignal(stop);
} catch (error) {
  // The last line: what the log holds back is written when the process ends, before this.
  process.once("exit", () => console.error(error instanceof Error ? error.message : error));
  process.exit(1);
}

async function run(): Promise<(() => Promise<void>) | null> {
  switch (command) {
    case "api":
      return serve(startApi);
    case "worker":
      return serve((services, shared) =>
        startWorkerProcess(services, shared, { onlyPlugins: values.plugins?.split(",") }),
      );
    case "dev":
      return startDev(process.env);
    case "admin":
      await changeAdministrator(loadConfig(process.env), rest);
      return null;
    case "migrate":
      await migrate(rest);
      return null;
    default:
      console.log(USAGE);
      process.exitCode = command === undefined ? 0 : 2;
      return null;
  }
}

async function serve(
  start: (services: Services, shared: Shared) => Promise<RunningPart>,
): Promise<() => Promise<void>> {
  const services = await openServices(loadConfig(process.env));
  const shared = createShared(services);
  const part = await start(services, shared);
  return async () => {
    await part.close();
    shared.close();
    await services.close();
  };
}

async function migrate([direction, count = "1"]: string[]): Promise<void> {
  const { databaseOwnerUrl, databaseUrl } = loadConfig(process.env);
  if (databaseOwnerUrl === null) {
    throw new Error(
      "Set DATABASE_OWNER_URL to the role that owns the schema, e.g. postgres://musicverse_owner:password@localhost:5432/musicverse",
    );
  }
  if (direction === "up") {
    await createMissingRoles({
      adminUrl: databaseOwnerUrl,
      passwords: { app: decodeURIComponent(new URL(databaseUrl).password) },
    });
    const applied = await migrateUp(databaseOwnerUrl);
    await migrateQueueSchema(databaseOwnerUrl);
    console.log(applied.length > 0 ? applied.join("\n") : "No pending migrations.");
  } else if (direction === "down") {
    if (!/^[1-9]\d*$/.test(count)) throw new Error(`migrate down takes a number of migrations, not "${count}".`);
    console.log((await migrateDown(databaseOwnerUrl, Number(count))).join("\n") || "Nothing to roll back.");
  } else if (direction === "status") {
    console.log((await pendingMigrations(databaseOwnerUrl)).join("\n") || "Up to date.");
  } else {
    throw new Error(`migrate takes up, down or status, not "${direction ?? ""}".`);
  }
}

/** A signal that comes this soon after the first is its echo (npm and the terminal both send one), not impatience. */
const ECHO_MS = 1_000;

/** The first signal stops gracefully, another one at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stoppingSince: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stoppingSince !== null) {
        if (performance.now() - stoppingSince > ECHO_MS) process.exit(1);
        return;
      }
      stoppingSince = performance.now();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}
