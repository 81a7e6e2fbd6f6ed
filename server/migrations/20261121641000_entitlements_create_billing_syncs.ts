import type { Knex } from "knex";

/** Customers whose state at the payment provider is to be read, and what their subscriptions were when it last was. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- No tenant's table: whose customer it is may be known only later.
    create table billing_syncs (
      id uuid primary key,
      mode text not null check (mode in ('live', 'test')),
      subject text not null check (length(subject) between 1 and 255),
      is_charge boolean not null,
      due_at timestamptz,
      dirty_since timestamptz,
      marks bigint not null default 1,
      cause text not null,
      cause_ids text[] not null,
      is_unknown boolean not null default false,
      attempts integer not null default 0,
      last_error text,
      lease_token uuid,
      lease_until timestamptz,
      synced_at timestamptz,
      unique (mode, subject),
      check ((due_at is null) = (dirty_since is null))
    );
    create index billing_syncs_due on billing_syncs (due_at) where due_at is not null;
    comment on column billing_syncs.subject is 'the provider''s id of the customer, or of a charge whose customer has to be asked for';
    comment on column billing_syncs.marks is 'grows each time somebody asks for a look: one that began before the last of them is not the last';
    comment on column billing_syncs.dirty_since is 'since when what we know may be old; null: it was as the provider says when it was last read';
    comment on column billing_syncs.is_unknown is 'the last try found no account that is this customer';
    revoke all on billing_syncs from public;
    grant select, insert, update, delete on billing_syncs to musicverse_system;

    create table billing_subscriptions (
      account_id uuid primary key references accounts (id) on delete cascade,
      ref text not null,
      plan text,
      status text not null,
      current_period_start timestamptz not null,
      current_period_end timestamptz not null,
      cancels_at timestamptz,
      ended_at timestamptz,
      synced_at timestamptz not null
    );
    comment on table billing_subscriptions is 'the subscription that matters most for the account, as the provider last said';
    select app.protect_tenant_table('billing_subscriptions');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table billing_subscriptions; drop table billing_syncs;");
}
