import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Registry } from "prom-client";
import { eventTypes } from "../../../generated/events.ts";
import { createCursors } from "../../../platform/http/cursor.ts";
import { encodeId } from "../../../platform/ids/index.ts";
import { caller } from "../call.fixture.ts";
import { plainKeyRing } from "../key-ring.fixture.ts";
import { createDeliveryMetrics } from "../metrics.ts";
import { startReceiver, type Receiver } from "../receiver.fixture.ts";
import { webhooksRoutes } from "../routes.ts";
import { createWorld, type World } from "../world.fixture.ts";
import { latencyBoundsMs, latencyClass, percentile } from "./latency.ts";
import { forgetStats } from "./store.ts";

let world: World;
let receiver: Receiver;
let routes: ReturnType<typeof webhooksRoutes>;
let call: ReturnType<typeof caller>;
beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
  const { db, clock, work } = world;
  const cursors = createCursors([{ key: randomBytes(32) }]);
  routes = webhooksRoutes({ db, clock, work, cursors, keyRing: plainKeyRing, policy: { allowLoopback: true } });
  call = caller(db);
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

test("figures are what the attempts were, by window, and go with the log", async () => {
  const endpoint = await world.endpoint(receiver.url);
  const stats = async (window?: string) =>
    (
      await call(routes.getWebhookStats, {
        accountId: world.accountId,
        path: { webhook_id: encodeId("whk", endpoint.id) },
        query: { window },
      })
    ).body;
  expect(await stats()).toMatchObject({ attempts_count: 0, success_rate: null, latency_p50_ms: null, window: "24h" });
  for (let count = 0; count < 6; count += 1) await world.emitSample("track.created");
  receiver.answer((response, _received, count) => response.writeHead(count <= 2 ? 500 : 200).end());
  await world.drain(endpoint);
  world.advance(2_000);
  await world.drain(endpoint);
  expect(await stats("1h")).toMatchObject({
    attempts_count: 8,
    succeeded_count: 6,
    failed_count: 2,
    given_up_count: 0,
    success_rate: 0.75,
  });
  world.advance(2 * 3_600_000);
  await world.emitSample("track.created");
  await world.drain(endpoint);
  expect(await stats("1h")).toMatchObject({ attempts_count: 1, latency_p99_ms: expect.any(Number) });
  expect(await stats("7d")).toMatchObject({ attempts_count: 9 });
  world.advance(32 * 86_400_000);
  await forgetStats(world);
  expect(await stats("30d")).toMatchObject({ attempts_count: 0 });
});

test("a percentile lies in the class in which that attempt lies", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (durations, share) => {
        const counts = latencyBoundsMs.map(() => 0);
        for (const duration of durations) counts[latencyClass(duration)] = (counts[latencyClass(duration)] ?? 0) + 1;
        const real = durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * share) - 1] ?? 0;
        const bound = latencyBoundsMs[latencyClass(real)] ?? 0;
        const below = latencyBoundsMs[latencyClass(real) - 1] ?? 0;
        const estimate = percentile(counts, share) ?? -1;
        expect(estimate).toBeGreaterThanOrEqual(below);
        expect(estimate).toBeLessThanOrEqual(bound);
      },
    ),
  );
});

test("Prometheus gets attempts by outcome, time to first attempt, the backlog and disabled endpoints", async () => {
  const endpoint = await world.endpoint(receiver.url);
  const answers = [500, 429, 200];
  receiver.answer((response) => response.writeHead(answers.shift() ?? 410).end());
  for (let count = 0; count < 4; count += 1) {
    await world.emitSample("track.created");
    world.advance(1_500);
    await world.drain(endpoint);
  }
  expect(new Set(world.measured.outcomes)).toEqual(new Set(["failure", "throttled", "success", "gone"]));
  expect(world.measured.firstAttempts.every((seconds) => seconds >= 1.5)).toBe(true);
  const registry = new Registry();
  const metrics = createDeliveryMetrics(registry, world);
  metrics.attempt("success");
  metrics.firstAttempt(0.2);
  const due = (await world.deliveries(endpoint)).filter(
    ({ next_attempt_at: at }) => at !== null && at <= world.clock.now(),
  ).length;
  const text = await registry.metrics();
  expect(text).toContain('musicverse_webhooks_attempts_total{outcome="success"} 1');
  expect(text).toContain('musicverse_webhooks_first_attempt_seconds_bucket{le="0.25"} 1');
  expect(text).toContain(`musicverse_webhooks_due_deliveries ${due}`);
  expect(text).toContain("musicverse_webhooks_disabled_endpoints 1");
});

test("every type of event is listed with what it means and a sample", async () => {
  const { body } = await call(routes.listEventTypes, { accountId: world.accountId });
  const data = body["data"] as { name: string; description: string; example: { type: string } }[];
  expect(data.map(({ name }) => name)).toEqual([...eventTypes]);
  for (const { name, description, example } of data) {
    expect(description).toMatch(/\w+ \w+/);
    expect(example).toMatchObject({ object: "event", type: name });
  }
});
