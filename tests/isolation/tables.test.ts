import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { callback, thirdParty } from "../../server/src/features/oauth/world.fixture.ts";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";
import { decodeId } from "../../server/src/platform/ids/index.ts";

/** What no operation does, tried in SQL as the server's own role, on every table that belongs to a tenant. */
describe("in SQL, another account reaches nothing", () => {
  let app: TestApp;
  let receiver: Receiver;
  let superuser: pg.Client;
  let server: pg.Client;
  let owner: string;
  let stranger: string;

  beforeAll(async () => {
    app = await startTestApp();
    receiver = await startReceiver();
    const [mine, theirs] = [await app.signUp(), await app.signUp()];
    [owner, stranger] = [uuid(mine), uuid(theirs)];
    await fillEveryTable(mine);
    superuser = new pg.Client({ connectionString: app.database.adminUrl });
    server = new pg.Client({ connectionString: app.database.appUrl });
    await Promise.all([superuser.connect(), server.connect()]);
    await server.query("select set_config('app.account_id', $1, false)", [stranger]);
  });
  afterAll(async () => {
    await Promise.all([superuser?.end(), server?.end()]);
    await receiver?.close();
    await app?.close();
  });

  const uuid = (account: TestAccount) => decodeId("acc", account.sandboxId) ?? "";

  async function fillEveryTable(account: TestAccount): Promise<void> {
    const client = account.test;
    const registered = await client.oauthClients.create({
      name: "mine",
      type: "confidential",
      redirect_uris: [callback],
      scopes: ["tracks:read"],
    });
    await (await thirdParty(app, registered)).connect(account, { account: "test" });
    const webhook = await client.webhooks.create({ url: receiver.url });
    await client.webhooks.createReplay(webhook.id, { since: "2026-11-01T00:00:00Z" });
    const track = await client.tracks.upload({ file: wavOf({ seconds: 1 }) });
    const playlist = await client.playlists.create({ name: "mine" });
    await client.playlists.addTracks(playlist.id, { track_ids: [track.id] });
    await client.library.createAsset({ title: "mine" });
    const { id } = await client.generations.create({
      prompt: "prompt-canary",
      instrumental: true,
      duration_seconds: 5,
    });
    await client.generations.wait(id);
    await receiver.next(({ event }) => event.type === "track.created");
    await vi.waitFor(
      async () => {
        // Written when the drain ends, after all else.
        const rows = await app.services.db.asSystem("look in a test", (tx) => tx.query("select 1 from webhook_stats"));
        if (rows.length === 0) throw new Error("no figures yet");
      },
      { timeout: 20_000 },
    );
    // Remembered only while a blob is being deleted.
    await app.services.db.asSystem("a test fills tables", async (tx) => {
      await tx.query(
        `insert into usage_rollups (account_id, starts_at, span, n, method, status, deprecated, requests, replayed, bytes_in, bytes_out, last_at, latency_buckets)
         values ($1, date_trunc('hour', now()), 'hour', 1, 'GET', 200, false, 1, 0, 1, 1, now(), '{1}')`,
        [owner],
      );
      await tx.query(
        "insert into blob_deletions (account_id, id, blob_key, due_at) values ($1, gen_random_uuid(), 'a/b', now() + interval '1 hour')",
        [owner],
      );
      await tx.query(
        `insert into identities (account_id, id, user_id, provider, mode, subject, linked_at)
         select u.account_id, gen_random_uuid(), u.id, 'spotify', 'test', 'somebody', now() from users u join accounts a on a.twin_id = u.account_id where a.id = $1`,
        [owner],
      );
      await tx.query(
        "insert into rate_limit_overrides (account_id, id, quota_max, quota_seconds, note, created_at, updated_at) values ($1, gen_random_uuid(), 1, 1, 'x', now(), now())",
        [owner],
      );
      await tx.query(
        "insert into drafts (account_id, id, brief, platform, tone, language, created_at, updated_at) values ($1, gen_random_uuid(), 'x', 'tiktok', 'playful', 'en', now(), now())",
        [owner],
      );
      await tx.query(
        `insert into draft_variants (account_id, id, draft_id, position, hook, script, caption, hashtags, created_at, updated_at)
         select account_id, gen_random_uuid(), id, 0, 'x', 'x', 'x', '{}', now(), now() from drafts where account_id = $1`,
        [owner],
      );
      await tx.query(
        "insert into entitlements (account_id, id, source, provider, ref, plan, starts_at, version) values ($1, gen_random_uuid(), 'plan', 'stripe', 'x', 'pro', now(), 1)",
        [owner],
      );
      await tx.query(
        "insert into entitlement_changes (account_id, id, change, source, ref, plan, starts_at, version, cause, cause_ids, created_at) values ($1, gen_random_uuid(), 'granted', 'plan', 'x', 'pro', now(), 1, 'import', '{}', now())",
        [owner],
      );
      await tx.query(
        "insert into billing_subscriptions (account_id, provider, ref, status, current_period_start, current_period_end, synced_at) values ($1, 'stripe', 'x', 'active', now(), now(), now())",
        [owner],
      );
      await tx.query(
        "insert into billing_customers (account_id, provider, mode, customer_id, created_at) values ($1, 'stripe', 'test', 'cus_of_a_test', now())",
        [owner],
      );
      await tx.query(
        `insert into cost_days (account_id, day, n, plan, plugin_id, model, kind, outcome, calls, unpriced, input_tokens, output_tokens, seconds, images, cost_micros)
         values ($1, '2026-11-01', 1, 'free', 'minimax', 'music', 'music', 'succeeded', 1, 1, 0, 0, 5, 0, 0)`,
        [owner],
      );
      await tx.query(
        "insert into cost_anomalies (account_id, day, cost_micros, usual_micros, noticed_at) values ($1, '2026-11-01', 2, 1, now())",
        [owner],
      );
      await tx.query(
        "insert into mails (account_id, id, content, created_at) values ($1, gen_random_uuid(), 'sealed', now())",
        [owner],
      );
    });
    await client.tracks.get(track.id);
    await vi.waitFor(
      async () => {
        const rows = await app.services.db.asSystem("look in a test", (tx) =>
          tx.query("select 1 from usage_requests where account_id = $1", [owner]),
        );
        if (rows.length === 0) throw new Error("nothing recorded yet");
      },
      { timeout: 10_000 },
    );
  }

  test("every tenant's table", async () => {
    const { rows: tables } = await superuser.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id'
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`,
    );
    expect(tables.length).toBeGreaterThan(8);
    for (const { name } of tables) {
      // Gone as soon as the endpoint's deliveries are numbered.
      if (name === "webhook_numberings") {
        await superuser.query(
          "insert into webhook_numberings (account_id, webhook_id, first, delivery_ids) select account_id, id, 1000000, '{}' from webhooks where account_id = $1 limit 1",
          [owner],
        );
      }
      // Sessions and users belong to the live account; whichever account owns rows here is the victim.
      const {
        rows: [victim],
      } = await superuser.query<{ account_id: string; row: Record<string, unknown> }>(
        `select account_id, row_to_json(t) as row from ${name} t where account_id <> $1 order by account_id = $2 desc limit 1`,
        [stranger, owner],
      );
      expect(victim, `${name} has a row to protect`).toBeDefined();
      const count = async () =>
        (await superuser.query(`select from ${name} where account_id = $1`, [victim?.account_id])).rowCount;
      const before = await count();
      expect(
        (await server.query(`select from ${name} where account_id = $1`, [victim?.account_id])).rowCount,
        `${name}: select`,
      ).toBe(0);
      // Of what is only ever added to, nobody may change even an own row.
      const touched = (sql: string) =>
        server.query(sql, [victim?.account_id]).then(
          ({ rowCount }) => rowCount,
          ({ code }: { code: string }) => code,
        );
      expect([0, "42501"], `${name}: update`).toContain(
        await touched(`update ${name} set account_id = account_id where account_id = $1`),
      );
      expect([0, "42501"], `${name}: delete`).toContain(await touched(`delete from ${name} where account_id = $1`));
      // Columns that the database computes take no value.
      const {
        rows: [{ columns } = { columns: "" }],
      } = await superuser.query<{ columns: string }>(
        "select string_agg(quote_ident(attname), ', ') as columns from pg_attribute where attrelid = $1::regclass and attnum > 0 and attgenerated = '' and not attisdropped",
        [name],
      );
      const insert = server.query(
        `insert into ${name} (${columns}) select ${columns} from json_populate_record(null::${name}, $1)`,
        [JSON.stringify(victim?.row)],
      );
      await expect(insert, `${name}: insert`).rejects.toMatchObject({ code: "42501" });
      // The platform itself may add rows meanwhile; none may go.
      expect(await count(), `${name}: nothing gone`).toBeGreaterThanOrEqual(before ?? 0);
    }
  });

  test("without saying who it is, the server's role sees no row of any table", async () => {
    await server.query("select set_config('app.account_id', '', false)");
    const { rows: tables } = await superuser.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'migrations'",
    );
    for (const { name } of tables) {
      const seen = await server.query(`select from ${name}`).then(
        ({ rowCount }) => rowCount,
        (error: { code: string }) => error.code,
      );
      expect([0, "42501"], name).toContain(seen);
    }
  });
});
