import { ok, type Handler } from "../../platform/http/operation.ts";
import type { UsageDeps } from "./deps.ts";

/** A queue that cannot be asked shows as null: administrators look here because of just such troubles. */
export const getPlatformStatus =
  ({ plugins, work, breakers, queues: kinds, recorder, clock, log }: UsageDeps): Handler<"getPlatformStatus"> =>
  async () => {
    const reports = (["live", "test"] as const).flatMap((mode) =>
      plugins.report(mode).map((report) => ({ mode, report })),
    );
    const queues = kinds.map(async (name) => ({
      name,
      depth: await work.stats(name).catch((error: unknown) => {
        log.warn({ err: error, queue: name }, "could not count a queue");
        return null;
      }),
    }));
    const breakerOf = await breakers.look();
    return ok({
      object: "platform_status" as const,
      checked_at: clock.now().toISOString(),
      plugins: reports.map(({ mode, report }) => {
        const { id, version, status, error } = report;
        return { id, mode, version, status, error, breaker: breakerOf(report, mode) };
      }),
      queues: await Promise.all(queues),
      usage_recorder: recorder.counts(),
    });
  };
