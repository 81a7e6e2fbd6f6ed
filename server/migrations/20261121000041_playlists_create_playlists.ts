import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table playlists (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      name text not null,
      description text,
      track_count integer not null default 0 check (track_count between 0 and 10000),
      duration_ms bigint not null default 0 check (duration_ms >= 0),
      numbering integer not null default 0,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (account_id, id)
    );
    comment on column playlists.track_count is 'of its items; changes only together with them, under the lock of this row';
    comment on column playlists.numbering is 'how often its ranks were given anew: a cursor that holds a rank is good for one numbering';
    select app.protect_tenant_table('playlists');

    -- Ranks have gaps, so that an item goes between two others without touching them. Checked at the end of a
    -- statement, because one statement may number all items anew.
    create table playlist_items (
      account_id uuid not null references accounts (id) on delete cascade,
      id uuid not null,
      playlist_id uuid not null,
      track_id uuid not null,
      rank bigint not null,
      added_at timestamptz not null,
      primary key (account_id, id),
      foreign key (account_id, playlist_id) references playlists (account_id, id) on delete cascade,
      foreign key (account_id, track_id) references tracks (account_id, id) on delete cascade,
      unique (account_id, playlist_id, rank) deferrable initially immediate
    );
    create index playlist_items_by_track on playlist_items (account_id, track_id);
    select app.protect_tenant_table('playlist_items');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table playlist_items; drop table playlists");
}
