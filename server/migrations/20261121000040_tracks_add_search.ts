import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table tracks add column search_text text not null
      generated always as (lower(normalize(title || E'\\n' || coalesce(artist, ''), nfkc))) stored;
    comment on column tracks.search_text is 'what listTracks searches: title and artist, each word in one form whatever its case';
    -- Each filter of listTracks finds its page in the order of the page; by time it may also sort what it found.
    create index tracks_by_source on tracks (account_id, source, id desc);
    create index tracks_by_format on tracks (account_id, format, id desc);
    create index tracks_by_time on tracks (account_id, created_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index tracks_by_time; drop index tracks_by_format; drop index tracks_by_source;
    alter table tracks drop column search_text;
  `);
}
