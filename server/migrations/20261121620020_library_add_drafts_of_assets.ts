import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table assets add column draft_id uuid, add column variant_id uuid,
      add foreign key (account_id, draft_id) references drafts (account_id, id) on delete set null (draft_id),
      add foreign key (account_id, variant_id) references draft_variants (account_id, id) on delete set null (variant_id);
    create index assets_by_draft on assets (account_id, draft_id) where draft_id is not null;
    create index assets_by_variant on assets (account_id, variant_id) where variant_id is not null;
    comment on column assets.variant_id is 'what its texts were copied from; they change no more with it';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("alter table assets drop column variant_id, drop column draft_id");
}
