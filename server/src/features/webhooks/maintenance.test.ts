import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "../../platform/ids/index.ts";
import { forgetWebhooks } from "./maintenance.ts";
import { deleteWebhook } from "./store.ts";
import { createWorld, type World } from "./world.fixture.ts";

/** How long endpoints, replays and their log are kept. */
const dayMs = 86_400_000;
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const idsIn = async (table: "webhooks" | "webhook_replays") => {
  const rows = await world.db.withTenant(world.accountId, (tx) => tx.query<{ id: string }>(`select id from ${table}`));
  return new Set(rows.map(({ id }) => id));
};
const replayOf = async ({ id: webhookId }: { id: string }, finishedAt: Date | null): Promise<string> => {
  const id = newId();
  await world.db.withTenant(world.accountId, (tx) =>
    tx.query(
      `insert into webhook_replays (account_id, id, webhook_id, since, until, wanted, status, reached, due_at, created_at, finished_at)
     values ($1, $2, $3, $4, $4, 'all', $5, $2, $6, $4, $7)`,
      [
        tx.accountId,
        id,
        webhookId,
        world.clock.now(),
        finishedAt ? "completed" : "running",
        finishedAt ? null : world.clock.now(),
        finishedAt,
      ],
    ),
  );
  return id;
};

test("replays are forgotten 30 days after their end, running ones never", async () => {
  const [one, other] = [await world.endpoint("http://127.0.0.1:9/"), await world.endpoint("http://127.0.0.1:9/")];
  const now = world.clock.now();
  const old = await replayOf(one, now);
  const running = await replayOf(other, null);
  world.advance(30 * dayMs);
  const fresh = await replayOf(one, world.clock.now());
  await forgetWebhooks(world);
  expect(await idsIn("webhook_replays")).toEqual(new Set([old, running, fresh]));
  world.advance(1);
  await forgetWebhooks(world);
  expect(await idsIn("webhook_replays")).toEqual(new Set([running, fresh]));
});

test("a deleted endpoint is forgotten after 30 days, but not before the log has dropped the last delivery to it", async () => {
  const [kept, empty, logged] = [
    await world.endpoint("http://127.0.0.1:9/"),
    await world.endpoint("http://127.0.0.1:9/"),
    await world.endpoint("http://127.0.0.1:9/", ["track.deleted"]),
  ];
  await world.emitSample("track.deleted");
  await world.db.withTenant(world.accountId, (tx) =>
    tx.query("delete from webhook_deliveries where webhook_id <> $1", [logged.id]),
  );
  for (const { id } of [empty, logged])
    await world.db.withTenant(world.accountId, (tx) => deleteWebhook(tx, id, world.clock.now()));
  world.advance(30 * dayMs);
  await forgetWebhooks(world);
  expect(await idsIn("webhooks")).toEqual(new Set([kept.id, empty.id, logged.id]));
  world.advance(1);
  await forgetWebhooks(world);
  expect(await idsIn("webhooks")).toEqual(new Set([kept.id, logged.id]));
  await world.db.withTenant(world.accountId, (tx) => tx.query("delete from webhook_deliveries"));
  await forgetWebhooks(world);
  expect(await idsIn("webhooks")).toEqual(new Set([kept.id]));
});
