import type { Knex } from "knex";

/** Who is paid is part of what a customer, a subscription and a paid entitlement are: what one provider says replaces nothing of another's. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table billing_customers
      add column provider text not null default 'stripe' check (length(provider) between 1 and 64),
      drop constraint billing_customers_account_id_key,
      drop constraint billing_customers_mode_customer_id_key,
      drop constraint billing_customers_pkey,
      add primary key (account_id, provider),
      add unique (provider, mode, customer_id);
    alter table billing_customers alter column provider drop default;
    comment on column billing_customers.provider is 'id of the plugin that is paid through; an account is one customer at each';

    alter table billing_syncs
      add column provider text not null default 'stripe' check (length(provider) between 1 and 64),
      drop constraint billing_syncs_mode_subject_key,
      add unique (provider, mode, subject);
    alter table billing_syncs alter column provider drop default;

    alter table billing_subscriptions
      add column provider text not null default 'stripe' check (length(provider) between 1 and 64),
      drop constraint billing_subscriptions_pkey,
      add primary key (account_id, provider);
    alter table billing_subscriptions alter column provider drop default;
    comment on table billing_subscriptions is 'of each provider the subscription that matters most for the account, as it last said';

    ${ofEveryTenant("entitlements", "entitlement_changes")}
    alter table entitlements add column provider text;
    update entitlements set provider = 'stripe' where source in ('plan', 'boost');
    alter table entitlements
      add check ((provider is null) = (source in ('plan_grant', 'boost_grant'))),
      drop constraint entitlements_account_id_source_ref_key,
      add unique nulls not distinct (account_id, source, provider, ref);
    comment on column entitlements.provider is 'who was paid; null: nobody, an administrator gave it';

    alter table entitlement_changes add column provider text;
    update entitlement_changes set provider = 'stripe' where source in ('plan', 'boost');
    ${ofOneTenant("entitlements", "entitlement_changes")}
  `);
}

/** What is known of other providers goes: there was no place for it. */
export async function down(knex: Knex): Promise<void> {
  const tables = ["entitlements", "billing_subscriptions", "billing_customers"];
  await knex.raw(`
    ${ofEveryTenant(...tables)}
    alter table entitlement_changes drop column provider;

    delete from entitlements where provider <> 'stripe';
    alter table entitlements
      drop constraint entitlements_account_id_source_provider_ref_key,
      drop column provider,
      add unique (account_id, source, ref);

    delete from billing_subscriptions where provider <> 'stripe';
    alter table billing_subscriptions
      drop constraint billing_subscriptions_pkey,
      drop column provider,
      add primary key (account_id);
    comment on table billing_subscriptions is 'the subscription that matters most for the account, as the provider last said';

    delete from billing_syncs where provider <> 'stripe';
    alter table billing_syncs
      drop constraint billing_syncs_provider_mode_subject_key,
      drop column provider,
      add unique (mode, subject);

    delete from billing_customers where provider <> 'stripe';
    alter table billing_customers
      drop constraint billing_customers_pkey,
      drop constraint billing_customers_provider_mode_customer_id_key,
      drop column provider,
      add primary key (account_id, customer_id),
      add unique (account_id),
      add unique (mode, customer_id);
    ${ofOneTenant(...tables)}
  `);
}

/** The owner of tables under forced row-level security sees none of their rows, and would change none. */
const ofEveryTenant = (...tables: string[]): string =>
  tables.map((table) => `alter table ${table} no force row level security;`).join("\n");
const ofOneTenant = (...tables: string[]): string =>
  tables.map((table) => `alter table ${table} force row level security;`).join("\n");
