import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(String.raw`
    -- Text as the search sees it: without accents (normalize, not the extension unaccent, which not every server has), and
    -- with a space around each sign of scripts that write no spaces, so that their words are found too.
    create function app.search_form(value text) returns text language sql immutable strict parallel safe as $$
      select regexp_replace(
        normalize(regexp_replace(normalize(value, nfkd), '[\u0300-\u036f]+', '', 'g'), nfkc),
        '([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])', ' \1 ', 'g')
    $$;

    -- What an asset is found by. Beside its words it has one lexeme for its account and one for each tag, so that a search
    -- meets in the index only what is the account's.
    create function app.asset_search(
      account_id uuid, title text, hook text, script text, caption text, hashtags text[], tags text[]
    ) returns tsvector language sql immutable parallel safe as $$
      select setweight(to_tsvector('pg_catalog.simple', app.search_form(title)), 'A')
          || setweight(to_tsvector('pg_catalog.simple', app.search_form(coalesce(hook, '') || ' ' || array_to_string(hashtags || tags, ' '))), 'B')
          || setweight(to_tsvector('pg_catalog.simple', app.search_form(coalesce(caption, ''))), 'C')
          || setweight(to_tsvector('pg_catalog.simple', app.search_form(coalesce(script, ''))), 'D')
          || array_to_tsvector(array['account:' || account_id] || array(select 'tag:' || tag from unnest(tags) tag))
    $$;
    revoke execute on function app.search_form(text), app.asset_search(uuid, text, text, text, text, text[], text[]) from public;
    grant execute on function app.search_form(text), app.asset_search(uuid, text, text, text, text, text[], text[])
      to musicverse_app, musicverse_system;

    -- No cascade from accounts: an account whose assets were not deleted one by one would leave their files behind.
    create table assets (
      account_id uuid not null references accounts (id),
      id uuid not null,
      kind text not null check (kind in ('reel', 'image')),
      status text not null check (status in ('draft', 'ready', 'published', 'archived')),
      title text not null,
      platform text,
      hook text,
      script text,
      caption text,
      hashtags text[] not null,
      tags text[] not null,
      metadata jsonb not null,
      generation_id uuid,
      blob_key text,
      sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
      bytes integer check (bytes > 0),
      content_type text,
      width integer check (width > 0),
      height integer check (height > 0),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      search tsvector not null generated always as (app.asset_search(account_id, title, hook, script, caption, hashtags, tags)) stored,
      primary key (account_id, id),
      foreign key (account_id, generation_id) references generations (account_id, id) on delete set null (generation_id),
      check (num_nonnulls(blob_key, sha256, bytes, content_type, width, height) = case kind when 'image' then 6 else 0 end)
    );
    comment on column assets.metadata is 'texts of the account by name; never read by the platform';
    create unique index assets_image_of_generation on assets (account_id, generation_id) where kind = 'image';
    create index assets_by_generation on assets (account_id, generation_id) where kind <> 'image';
    create index assets_by_platform on assets (account_id, platform, id desc);
    create index assets_by_status on assets (account_id, status, id desc);
    create index assets_by_kind on assets (account_id, kind, id desc);
    create index assets_search on assets using gin (search);
    select app.protect_tenant_table('assets');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table assets;
    drop function app.asset_search(uuid, text, text, text, text, text[], text[]);
    drop function app.search_form(text);
  `);
}
