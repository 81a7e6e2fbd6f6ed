import { only } from "../../platform/db/index.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { findWebhook } from "./find.ts";
import type { WebhooksDeps } from "./deps.ts";
import { percentile } from "./stats/latency.ts";
import { selectStats, type StatsRow } from "./stats/store.ts";
import { HOUR_MS } from "../../platform/time/index.ts";

const windows = { "1h": HOUR_MS, "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS, "30d": 720 * HOUR_MS };
/** Figures are counted per ten minutes: the window begins with one. */
const BUCKET_MS = 600_000;

export const getWebhookStats =
  ({ db, clock }: Pick<WebhooksDeps, "db" | "clock">): Handler<"getWebhookStats"> =>
  async ({ principal: { accountId }, path, query }) => {
    const { id } = await findWebhook(db, accountId, path.webhook_id);
    const window = query.window ?? "24h";
    const since = new Date(Math.floor((clock.now().getTime() - windows[window]) / BUCKET_MS) * BUCKET_MS);
    const row = only(
      await db.readTenant<StatsRow>(accountId, selectStats(accountId, id, since)),
      "the figures of an endpoint",
    );
    const { attempts, succeeded, given_up: givenUp, latencies } = row;
    return ok({
      object: "webhook_stats",
      webhook_id: encodeId("whk", id),
      window,
      since: since.toISOString(),
      attempts_count: attempts,
      succeeded_count: succeeded,
      failed_count: attempts - succeeded,
      given_up_count: givenUp,
      success_rate: attempts === 0 ? null : succeeded / attempts,
      latency_p50_ms: percentile(latencies, 0.5),
      latency_p95_ms: percentile(latencies, 0.95),
      latency_p99_ms: percentile(latencies, 0.99),
    });
  };
