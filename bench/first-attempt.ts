import { MusicVerse } from "@musicverse/sdk";
import { startReceiver } from "../server/test-kit/receiver.ts";
import { makeAccounts, openBenchPlatform } from "./platform.ts";
import { row, type BenchRow } from "./row.ts";

const EVENTS = 200;

/**
 * From asking for an event to its signed first attempt at a healthy receiver, on an idle platform: HTTP, transaction, queue,
 * drain and delivery, in three processes.
 */
export async function benchFirstAttempt(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  const rows: BenchRow[] = [];
  for (const backend of platform.redis ? ["Redis", "PostgreSQL"] : ["PostgreSQL"]) {
    const env: Record<string, string> = backend === "Redis" ? {} : { REDIS_URL: "" };
    await using api = await platform.start("api", { ...env, TRUST_PROXY: "1" });
    await using _worker = await platform.start("worker", env);
    const [account] = await makeAccounts(api.url, platform.adminUrl, 1);
    const client = new MusicVerse({ apiKey: account?.key ?? "", baseUrl: api.url });
    const receiver = await startReceiver();
    const webhook = await client.webhooks.create({ url: receiver.url });
    const times: number[] = [];
    for (let index = 0; index < EVENTS; index += 1) {
      const startedAt = performance.now();
      const sent = client.webhooks.test(webhook.id);
      const seen = receiver.received.length;
      await receiver.next(
        (delivery) => receiver.received.indexOf(delivery) >= seen && delivery.event.type === "webhook.test",
      );
      times.push(performance.now() - startedAt);
      await sent;
    }
    await receiver.close();
    const sorted = times.toSorted((a, b) => a - b);
    rows.push(
      row(
        `event asked for over HTTP → first attempt, idle, p50 (queues on ${backend})`,
        sorted[Math.floor(EVENTS * 0.5)] ?? NaN,
        "ms",
        { atMost: 50 },
      ),
      row(`… p99 (queues on ${backend})`, sorted[Math.floor(EVENTS * 0.99)] ?? NaN, "ms"),
    );
  }
  return rows;
}

if (import.meta.main) console.table(await benchFirstAttempt());
