import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisUrl, startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Nothing that must stay secret is in a queue, a log, an error, a metric, or readable in the database. */
describe("secrets stay secret", () => {
  let app: TestApp;
  let account: TestAccount;
  let secrets: Record<string, string>;
  const answers: string[] = [];

  beforeAll(async () => {
    // No worker: what is queued stays queued, to be looked at.
    app = await startTestApp({ worker: false });
    account = await app.signUp();
    const webhook = await account.test.webhooks.create({ url: "https://example.com/hook" });
    const key = await account.test.apiKeys.create({ name: "x" });
    await account.test.generations.create({ prompt: "prompt-canary of a song", lyrics: "prompt-canary of its words" });
    secrets = {
      "API key": key.key,
      "another API key": account.liveKey,
      "session token": account.sessionToken,
      "webhook secret": webhook.secret,
      password: "pw-canary-of-a-test",
    };
    for (const secret of Object.values(secrets)) {
      for (const path of [
        "/v1/profile",
        `/v1/tracks/${secret}`,
        `/v1/tracks?cursor=${encodeURIComponent(secret)}`,
        `/${secret}`,
      ]) {
        answers.push((await app.request("get", path, { key: secret })).text);
      }
      answers.push(
        (await app.request("post", "/v1/sessions", { body: { email: account.email, password: `${secret}!` } })).text,
      );
      answers.push(
        (await app.request("post", "/v1/generate", { key: key.key, body: { prompt: "", lyrics: secret, [secret]: 1 } }))
          .text,
      );
    }
  });
  afterAll(() => app?.close());

  const expectNoneOf = (text: string, names = Object.keys(secrets)) => {
    expect(text.length).toBeGreaterThan(0);
    for (const name of names) expect(text.includes(secrets[name] ?? ""), `${name} was found`).toBe(false);
  };

  test("in the queue: pointers only", async () => {
    const stored = await queueContents();
    expect(stored).toContain("generation-minimax-test");
    expectNoneOf(stored);
    expect(stored).not.toContain("prompt-canary");
  });

  test("in the log", () => {
    expectNoneOf(app.logged());
    expect(app.logged()).not.toContain("prompt-canary");
  });

  test("in answers that refuse something", () => {
    // A misspelt field's own name is repeated on purpose; nobody types a secret as a field's name twice.
    expectNoneOf(answers.filter((text) => !text.includes("unknown_field")).join("\n"));
  });

  test("in metrics", async () => {
    expectNoneOf(await app.services.metrics.registry.metrics());
  });

  test("at rest in the database", async () => {
    const everything = await databaseContents();
    expect(everything).toContain(account.email);
    expectNoneOf(everything);
  });

  async function queueContents(): Promise<string> {
    const url = redisUrl();
    if (url === null) return (await tables("bullmq")).join("\n");
    const redis = new Redis(url);
    const keys = await redis.keys(`*${app.env["REDIS_PREFIX"]}*`);
    const values = await Promise.all(
      keys.map(async (key) => {
        const type = await redis.type(key);
        if (type === "hash") return JSON.stringify(await redis.hgetall(key));
        if (type === "list") return JSON.stringify(await redis.lrange(key, 0, -1));
        if (type === "zset") return JSON.stringify(await redis.zrange(key, 0, "-1"));
        if (type === "stream") return JSON.stringify(await redis.xrange(key, "-", "+"));
        return type === "string" ? await redis.get(key) : "";
      }),
    );
    redis.disconnect();
    return [...keys, ...values].join("\n");
  }

  const databaseContents = async () => (await tables("public")).join("\n");

  async function tables(schema: string): Promise<string[]> {
    const client = new pg.Client({ connectionString: app.database.adminUrl });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1",
      [schema],
    );
    const contents: string[] = [];
    for (const { name } of rows)
      contents.push(
        ...(await client.query<{ line: string }>(`select t::text as line from ${name} t`)).rows.map(({ line }) => line),
      );
    await client.end();
    return contents;
  }
});
