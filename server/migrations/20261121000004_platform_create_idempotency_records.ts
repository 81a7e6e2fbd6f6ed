import type { Knex } from "knex";

/** The answer to a request with an Idempotency-Key, stored in the transaction of its effect. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table idempotency_records (
      account_id uuid not null references accounts (id) on delete cascade,
      key text not null check (length(key) between 1 and 255),
      operation text not null,
      fingerprint bytea not null,
      status integer not null,
      headers jsonb not null default '{}',
      body_encrypted text,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      primary key (account_id, key)
    );
    create index idempotency_records_expiry on idempotency_records (expires_at);
    comment on column idempotency_records.fingerprint is 'SHA-256 of method, path and body: the same key with another request is refused';
    comment on column idempotency_records.body_encrypted is 'with the key ring: an answer may hold a secret that is shown once';
    select app.protect_tenant_table('idempotency_records');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table idempotency_records;");
}
