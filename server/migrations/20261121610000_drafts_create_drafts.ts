import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table drafts (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      title text,
      brief text not null,
      platform text not null,
      tone text not null,
      language text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (account_id, id)
    );
    comment on column drafts.brief is 'what the reel is to be about: user content, never logged';
    select app.protect_tenant_table('drafts');

    alter table generations drop constraint generations_kind_check;
    alter table generations add constraint generations_kind_check check (kind in ('music', 'reel', 'artwork'));
    alter table generations add column draft_id uuid;
    alter table generations add foreign key (account_id, draft_id) references drafts (account_id, id) on delete set null (draft_id);
    alter table generations add constraint generations_draft_check check (draft_id is null or kind = 'reel');
    create index generations_by_draft on generations (account_id, draft_id, id desc) where draft_id is not null;
    comment on column generations.input is 'what was asked for, by kind (generation/inputs.ts): user content, never logged';

    create table draft_variants (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      draft_id uuid not null,
      generation_id uuid,
      position smallint not null check (position >= 0),
      hook text not null,
      script text not null,
      caption text not null,
      hashtags text[] not null,
      edited_fields text[] not null default '{}' check (edited_fields <@ '{hook,script,caption,hashtags}'),
      selected boolean not null default false,
      revision integer not null default 1,
      superseded_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (account_id, id),
      foreign key (account_id, draft_id) references drafts (account_id, id) on delete cascade,
      foreign key (account_id, generation_id) references generations (account_id, id) on delete set null (generation_id),
      check (not (selected and superseded_at is not null))
    );
    create unique index draft_variants_places on draft_variants (account_id, draft_id, position) where superseded_at is null;
    create unique index draft_variants_selected on draft_variants (account_id, draft_id) where selected;
    create index draft_variants_by_generation on draft_variants (account_id, generation_id);
    comment on column draft_variants.superseded_at is 'when a full regeneration put others in its place; kept, because assets may have been made of it';
    comment on column draft_variants.edited_fields is 'what a person wrote over what was generated';
    comment on column draft_variants.revision is 'grows with every change of its text';
    select app.protect_tenant_table('draft_variants');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table draft_variants;
    delete from generations where kind <> 'music';
    alter table generations drop column draft_id;
    drop table drafts;
    alter table generations drop constraint generations_kind_check;
    alter table generations add constraint generations_kind_check check (kind in ('music'));
    comment on column generations.input is 'prompt, lyrics, instrumental, duration_seconds: user content, never logged';
  `);
}
