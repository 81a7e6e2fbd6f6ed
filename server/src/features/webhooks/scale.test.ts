import { afterAll, beforeAll, expect, test } from "vitest";
import type { Statement } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { selectDeliveries, type DeliveryFilter } from "./delivery-store.ts";
import { selectReplay, type ReplayRow } from "./replay/store.ts";
import { createWorld, type World } from "./world.fixture.ts";

/** Questions about few of many deliveries look at few pages, not at the whole log. */
const deliveries = 60_000;
let world: World;
let webhook: { id: string };
const replayId = newId();
beforeAll(async () => {
  world = await createWorld();
  webhook = await world.endpoint("http://127.0.0.1:9/", []);
  await world.db.withTenant(world.accountId, async (tx) => {
    await tx.query(
      `insert into webhook_replays (account_id, id, webhook_id, since, until, wanted, status, reached, created_at, finished_at)
       values ($1, $2, $3, now(), now(), 'all', 'completed', $2, now(), now())`,
      [tx.accountId, replayId, webhook.id],
    );
    await tx.query(
      `insert into webhook_deliveries (account_id, id, webhook_id, event_id, event_type, status, created_at, finished_at, replay_id)
       select $1, (substr(app.uuid_at(now() - make_interval(secs => n))::text, 1, 14) || '7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $2,
              gen_random_uuid(), 'track.deleted', case when n % 20000 = 0 then 'failed' when n % 30000 = 1 then 'canceled' else 'succeeded' end,
              now(), now(), $3
         from generate_series(1, $4::int) n`,
      [tx.accountId, webhook.id, replayId, deliveries],
    );
  });
  await world.analyze();
});
afterAll(() => world?.close());

const read = <T extends object>(statement: Statement) => world.db.readTenant<T>(world.accountId, statement);
interface Plan {
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
}
/** Pages of 8 KB. */
async function pagesRead({ text, values }: Statement): Promise<number> {
  const rows = await world.db.withTenant(world.accountId, (tx) =>
    tx.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(`explain (analyze, buffers, format json) ${text}`, values),
  );
  const plan = rows[0]?.["QUERY PLAN"][0].Plan;
  return plan ? plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] : Number.NaN;
}
const page = (status: DeliveryFilter["status"]) =>
  selectDeliveries(world.accountId, webhook.id, {
    afterId: null,
    limit: 20,
    status,
    eventType: null,
    since: null,
    until: null,
  });

test.for([
  ["failed", 3],
  ["canceled", 2],
] as const)("the few %s ones of a long log are found without reading it", async ([status, count]) => {
  expect(await read(page(status))).toHaveLength(count);
  expect(await pagesRead(page(status))).toBeLessThan(100);
});

test.for(["succeeded", null] as const)("a page of the others (%s) reads no more", async (status) => {
  expect(await read(page(status))).toHaveLength(21);
  expect(await pagesRead(page(status))).toBeLessThan(100);
});

test("how a replay of many is doing is counted up to 10,000", async () => {
  const statement = selectReplay(world.accountId, webhook.id, replayId);
  expect(await read<ReplayRow>(statement)).toMatchObject([
    { pending_count: 0, succeeded_count: 10_000, failed_count: 3 },
  ]);
  const whole = {
    name: "all",
    text: "select status, count(*) from webhook_deliveries where account_id = $1 and replay_id = $2 group by status",
    values: [world.accountId, replayId],
  };
  expect(await pagesRead(statement)).toBeLessThan((await pagesRead(whole)) / 2);
});
