import knexFactory, { type Knex } from "knex";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** One file `<timestamp>_<capability>_<verb>_<object>.ts` of this folder. Both directions run in a transaction. */
interface Migration {
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

const FILE = /^\d{14}_[a-z]+(_[a-z0-9]+)+\.ts$/;

/** Names of all migrations, oldest first. */
export async function listMigrations(): Promise<string[]> {
  const files = await readdir(import.meta.dirname);
  return files
    .filter((file) => FILE.test(file))
    .toSorted()
    .map((file) => file.slice(0, -".ts".length));
}

/** Applies what is missing, oldest first, each migration in its own transaction. Returns the names applied now. */
export async function migrateUp(ownerUrl: string): Promise<string[]> {
  return withConnection(ownerUrl, async (knex) => {
    const applied: string[] = [];
    for (const name of await listMigrations()) {
      const ran = await step(knex, name, async (trx, present) => {
        if (present) return false;
        await (await load(name)).up(trx);
        await trx.raw("insert into public.migrations (name) values (?)", [name]);
        return true;
      });
      if (ran) applied.push(name);
    }
    return applied;
  });
}

/** Takes back the newest `count` applied migrations, newest first. Returns the names taken back. */
export async function migrateDown(ownerUrl: string, count: number): Promise<string[]> {
  return withConnection(ownerUrl, async (knex) => {
    const reverted: string[] = [];
    for (const name of (await listMigrations()).toReversed()) {
      if (reverted.length === count) break;
      const ran = await step(knex, name, async (trx, present) => {
        if (!present) return false;
        await (await load(name)).down(trx);
        await trx.raw("delete from public.migrations where name = ?", [name]);
        return true;
      });
      if (ran) reverted.push(name);
    }
    return reverted;
  });
}

/** Names of the migrations that this version of the server needs and the database lacks. */
export async function pendingMigrations(ownerUrl: string): Promise<string[]> {
  return withConnection(ownerUrl, async (knex) => {
    const names = await listMigrations();
    const present = await Promise.all(names.map((name) => knex.transaction((trx) => isApplied(trx, name))));
    return names.filter((_, index) => !present[index]);
  });
}

async function withConnection<T>(ownerUrl: string, fn: (knex: Knex) => Promise<T>): Promise<T> {
  const knex = knexFactory({ client: "pg", connection: ownerUrl, pool: { min: 0, max: 1 } });
  try {
    return await fn(knex);
  } finally {
    await knex.destroy();
  }
}

/** The lock is held to the end of the step's transaction, so of several servers starting at once each step runs once. */
async function step(
  knex: Knex,
  name: string,
  fn: (trx: Knex.Transaction, present: boolean) => Promise<boolean>,
): Promise<boolean> {
  return knex.transaction(async (trx) => {
    await trx.raw("select pg_advisory_xact_lock(hashtext('musicverse migrations'))");
    await trx.raw(`create table if not exists public.migrations (
      name text primary key, applied_at timestamptz not null default now())`);
    try {
      return await fn(trx, await isApplied(trx, name));
    } catch (error) {
      // Knex puts the whole statement in front of what the database said.
      const reason = (error as Error).message.split(" - ").at(-1);
      throw new Error(`Migration ${name} failed and was rolled back: ${reason}`, { cause: error });
    }
  });
}

async function isApplied(trx: Knex.Transaction, name: string): Promise<boolean> {
  const { rows } = await trx.raw("select to_regclass('public.migrations') is not null as exists");
  if (!rows[0]?.exists) return false;
  return (await trx.raw("select 1 from public.migrations where name = ?", [name])).rowCount > 0;
}

async function load(name: string): Promise<Migration> {
  const file = pathToFileURL(join(import.meta.dirname, `${name}.ts`)).href;
  const migration = (await import(/* @vite-ignore */ file)) as Partial<Migration>;
  if (!migration.up || !migration.down) throw new Error(`${name}.ts must export the functions up and down`);
  return migration as Migration;
}
