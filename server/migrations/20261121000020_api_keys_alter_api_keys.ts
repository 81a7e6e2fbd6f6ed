import type { Knex } from "knex";

/** Where a key may be used from, its secret's age and the one before it, and its last use. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table api_keys
      add column ip_allowlist cidr[] check (cardinality(ip_allowlist) > 0),
      add column secret_created_at timestamptz,
      add column reminder_due_at timestamptz,
      add column previous_public_id text unique check (previous_public_id ~ '^[0-9A-Za-z]{12}$'),
      add column previous_hash bytea check (length(previous_hash) = 32),
      add column previous_pepper_version text,
      add column previous_last4 text check (length(previous_last4) = 4),
      add column previous_expires_at timestamptz,
      add column last_used_at timestamptz,
      add column last_used_ip inet,
      add constraint api_keys_previous_whole check (
        num_nonnulls(previous_public_id, previous_hash, previous_pepper_version, previous_last4, previous_expires_at) in (0, 5));
    update api_keys set secret_created_at = created_at, reminder_due_at = created_at + interval '90 days';
    alter table api_keys alter column secret_created_at set not null, alter column reminder_due_at set not null;
    create index api_keys_reminder_due on api_keys (reminder_due_at) where revoked_at is null;
    comment on column api_keys.ip_allowlist is 'null: from everywhere';
    comment on column api_keys.reminder_due_at is 'when a worker may next remind of rotating; a claim moves it to the end of its lease';
    comment on column api_keys.previous_hash is 'of the secret before the last rotation, which works until previous_expires_at';
    comment on column api_keys.last_used_at is 'written in bulk, some seconds late';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table api_keys
      drop column ip_allowlist, drop column secret_created_at, drop column reminder_due_at,
      drop column previous_public_id, drop column previous_hash, drop column previous_pepper_version,
      drop column previous_last4, drop column previous_expires_at, drop column last_used_at, drop column last_used_ip;
  `);
}
