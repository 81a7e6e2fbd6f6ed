import { parseArgs } from "node:util";
import { migrateDown, migrateUp, pendingMigrations } from "../migrations/runner.ts";
import { startApi } from "./api.ts";
import { startDev } from "./dev/dev.ts";
import { loadConfig } from "./platform/config/index.ts";
import { migrateQueueSchema } from "./platform/queue/index.ts";
import { openServices } from "./services.ts";
import { startWorker } from "./worker.ts";

const USAGE = `musicverse-server <command>
  api                     serve HTTP
  worker                  do the work: generations, webhook deliveries, track analysis
  dev                     both in one process, on an embedded database (npm start)
  migrate up              apply missing migrations (as DATABASE_OWNER_URL)
  migrate down [count]    take back the newest migrations (default 1)
  migrate status          list missing migrations`;

const { positionals } = parseArgs({ allowPositionals: true });
const [command, ...rest] = positionals;

try {
  const stop = await start();
  if (stop) stopOnSignal(stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function start(): Promise<(() => Promise<void>) | null> {
  switch (command) {
    case "api":
    case "worker": {
      const services = await openServices(loadConfig(process.env));
      const part = await (command === "api" ? startApi(services) : startWorker(services));
      return async () => {
        await part.close();
        await services.close();
      };
    }
    case "dev":
      return startDev(process.env);
    case "migrate":
      await migrate(rest);
      return null;
    default:
      console.log(USAGE);
      process.exitCode = command === undefined ? 0 : 2;
      return null;
  }
}

async function migrate([direction, count = "1"]: string[]): Promise<void> {
  const { databaseOwnerUrl } = loadConfig(process.env);
  if (databaseOwnerUrl === null) throw new Error("Set DATABASE_OWNER_URL to the role that owns the schema, e.g. postgres://musicverse_owner:…@localhost:5432/musicverse");
  if (direction === "up") {
    const applied = await migrateUp(databaseOwnerUrl);
    await migrateQueueSchema(databaseOwnerUrl);
    console.log(applied.length > 0 ? applied.join("\n") : "Nothing to apply.");
  } else if (direction === "down") {
    if (!/^[1-9]\d*$/.test(count)) throw new Error(`migrate down takes a number of migrations, not "${count}".`);
    console.log((await migrateDown(databaseOwnerUrl, Number(count))).join("\n") || "Nothing to take back.");
  } else if (direction === "status") {
    console.log((await pendingMigrations(databaseOwnerUrl)).join("\n") || "Up to date.");
  } else {
    throw new Error(`migrate takes up, down or status, not "${direction ?? ""}".`);
  }
}

/** The first signal stops gracefully, the second at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
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
