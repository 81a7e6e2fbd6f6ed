import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { pino } from "pino";
import { inject } from "vitest";
import { createDatabase, type Database } from "../src/platform/db/index.ts";
import type { Logger } from "../src/platform/log/index.ts";

/** What the run's Postgres offers; the URLs name no database of a test. */
export interface TestPostgres {
  admin: string;
  owner: string;
  app: string;
  template: string;
}

declare module "vitest" {
  interface ProvidedContext {
    postgres: TestPostgres;
    /** URL of this run's Redis; null when the machine has none. */
    redis: string | null;
  }
}

export interface TestDatabase {
  db: Database;
  /** Connects as the role that migrates. */
  ownerUrl: string;
  /** Connects as the server does. */
  appUrl: string;
  /** Connects as a superuser, whom no policy stops: to look at what is really stored. */
  adminUrl: string;
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Default 5; 1 proves that nothing needs two connections or leaks from one tenant to the next. */
  poolMax?: number;
  /** Default: every migration applied. `false` gives an empty database. */
  migrated?: boolean;
  log?: Logger;
}

/** A database of its own for one test file: a copy of the run's migrated template (20-40 ms). */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const urls = inject("postgres");
  const database = `test_${randomBytes(8).toString("hex")}`;
  const template = options.migrated === false ? "template0" : urls.template;
  await asAdmin(urls, `create database ${database} template ${template} strategy file_copy owner musicverse_owner`);
  const appUrl = databaseUrl(urls.app, { database });
  const log = options.log ?? pino({ level: "silent" });
  const db = createDatabase({ url: appUrl, poolMax: options.poolMax ?? 5, log });
  return {
    db,
    appUrl,
    ownerUrl: databaseUrl(urls.owner, { database }),
    adminUrl: databaseUrl(urls.admin, { database }),
    close: async () => {
      await db.close();
      await asAdmin(urls, `drop database ${database} with (force)`);
    },
  };
}

/** `url` with another user, password or database. */
export function databaseUrl(url: string, parts: { user?: string; password?: string; database?: string }): string {
  const changed = new URL(url);
  if (parts.user !== undefined) changed.username = parts.user;
  if (parts.password !== undefined) changed.password = parts.password;
  if (parts.database !== undefined) changed.pathname = `/${parts.database}`;
  return changed.href;
}

async function asAdmin(urls: TestPostgres, statement: string): Promise<void> {
  const client = new Client({ connectionString: urls.admin });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
