import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../../test-kit/app.ts";
import { startProcess } from "../../../../test-kit/process.ts";
import { startReceiver, type Receiver } from "../../../../test-kit/receiver.ts";
import { decodeId } from "../../../platform/ids/index.ts";

let app: TestApp;
let account: TestAccount;
let receiver: Receiver;
beforeEach(async () => {
  [app, receiver] = await Promise.all([startTestApp({ worker: false }), startReceiver()]);
  account = await app.signUp({ tier: "enterprise" });
});
afterEach(() => Promise.all([app.close(), receiver.close()]));

test("a replay survives kill -9 of its worker: it goes on where it was, loses no event and puts none up twice", async () => {
  const webhook = await account.live.webhooks.create({ url: receiver.url });
  const accountId = decodeId("acc", account.liveId) ?? "";
  const { emit } = app.shared;
  const since = new Date(Date.now() - 1_000).toISOString();
  await app.services.db.withTenant(accountId, async (tx) => {
    for (let made = 0; made < 200; made += 1) {
      await emit(tx, { type: "track.deleted", data: { object: "track", id: `trk_${made}`, deleted: true } });
    }
    await tx.query(
      "update webhook_deliveries set status = 'failed', next_attempt_at = null, finished_at = now(), attempts_count = 12 where event_type = 'track.deleted'",
    );
  });
  const seen = () => new Set(receiver.received.map(({ event }) => event.id));
  const replay = await account.live.webhooks.createReplay(webhook.id, { since });

  const first = await startProcess("worker", app.env);
  await expect.poll(() => seen().size, { interval: 5, timeout: 20_000 }).toBeGreaterThan(60);
  await first.kill9();
  expect((await account.live.webhooks.getReplay(webhook.id, replay.id)).status).toBe("running");
  const second = await startProcess("worker", app.env);
  await expect
    .poll(() => account.live.webhooks.getReplay(webhook.id, replay.id), { interval: 200, timeout: 30_000 })
    .toMatchObject({ status: "completed", replayed_count: 200, succeeded_count: 200, pending_count: 0 });
  await second.terminate();

  const deleted = receiver.received.filter(({ event }) => event.type === "track.deleted");
  expect(new Set(deleted.map(({ event }) => event.id)).size).toBe(200);
  // What was in the killed worker's hands is sent once more, with the same webhook-id.
  expect(deleted.length).toBeLessThan(260);
}, 60_000);
