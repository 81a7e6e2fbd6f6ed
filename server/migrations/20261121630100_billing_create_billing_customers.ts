import type { Knex } from "knex";

/** Who an account is at Stripe. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A live account is a customer of the real Stripe, a sandbox one of its simulator, so an account has one.
    create table billing_customers (
      account_id uuid not null unique references accounts (id) on delete cascade,
      mode text not null check (mode in ('live', 'test')),
      customer_id text not null check (length(customer_id) between 1 and 255),
      created_at timestamptz not null,
      primary key (account_id, customer_id),
      unique (mode, customer_id)
    );
    select app.protect_tenant_table('billing_customers');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table billing_customers;");
}
