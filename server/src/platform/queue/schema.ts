import { DEFAULT_SCHEMA, quoteSchemaName, runMigrations } from "bullmq";
import { Client } from "pg";

/** BullMQ's own tables; never touched by ours. */
export const queueSchema = DEFAULT_SCHEMA;

/**
 * Brings BullMQ's tables up to date and lets `appRole` use them, owning nothing. Part of `migrate up`, after our own
 * migrations; may run any number of times, at once too.
 */
export async function migrateQueueSchema(ownerUrl: string, appRole = "musicverse_app"): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await runMigrations(client, queueSchema);
    const role = client.escapeIdentifier(appRole);
    const schema = quoteSchemaName(queueSchema);
    await client.query(`
      begin;
      select pg_advisory_xact_lock(hashtext('grants on ${queueSchema}'));
      grant usage on schema ${schema} to ${role};
      grant select, insert, update, delete on all tables in schema ${schema} to ${role};
      grant usage, select on all sequences in schema ${schema} to ${role};
      grant execute on all functions in schema ${schema} to ${role};
      commit`);
  } finally {
    await client.end();
  }
}
