import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- No cascade from accounts: an account whose tracks were not deleted one by one would leave their audio behind.
    create table tracks (
      account_id uuid not null references accounts (id),
      id uuid not null,
      title text not null,
      artist text,
      source text not null check (source in ('upload', 'generation')),
      generation_id uuid,
      format text not null check (format in ('wav', 'mp3', 'flac', 'ogg', 'm4a')),
      content_type text not null,
      bytes bigint not null check (bytes > 0),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      duration_ms integer not null check (duration_ms > 0),
      sample_rate integer not null check (sample_rate > 0),
      channels smallint not null check (channels > 0),
      blob_key text not null,
      loudness_lufs double precision,
      analysis text not null default 'waiting' check (analysis in ('waiting', 'measured', 'unmeasurable')),
      analysis_reason text,
      analysis_attempts integer not null default 0,
      analysis_due_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      primary key (account_id, id),
      unique (account_id, generation_id),
      foreign key (account_id, generation_id) references generations (account_id, id) on delete set null (generation_id),
      check (source = 'generation' or generation_id is null),
      check ((analysis = 'measured') = (loudness_lufs is not null)),
      check ((analysis = 'unmeasurable') = (analysis_reason is not null))
    );
    create index tracks_analysis_due on tracks (analysis_due_at) where analysis = 'waiting';
    comment on column tracks.analysis_due_at is 'when a worker may next take it; a claim moves it to the end of its lease';
    comment on column tracks.analysis_attempts is 'grows with each claim, so it also tells the holder of the lease from earlier ones';
    select app.protect_tenant_table('tracks');

    -- One row per blob that must go. It is written before the blob, and the transaction that makes the track takes it
    -- away again: so no crash leaves a blob that nobody knows.
    create table blob_deletions (
      account_id uuid not null references accounts (id),
      id uuid not null,
      blob_key text not null,
      due_at timestamptz not null,
      primary key (account_id, id)
    );
    create index blob_deletions_due on blob_deletions (due_at);
    comment on column blob_deletions.id is 'the track the blob was or was to be for';
    comment on column blob_deletions.due_at is 'when a worker may next take it; a claim moves it to the end of its lease';
    select app.protect_tenant_table('blob_deletions');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table blob_deletions; drop table tracks");
}
