import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { Readable } from "node:stream";
import { archiveOf } from "./archive.ts";
import type { AccountDataDeps } from "./deps.ts";
import { exportEntries } from "./export-entries.ts";
import { HOUR_MS } from "../../platform/time/index.ts";

/** It reads everything there is, so not often. */
const RATE = { max: 5, intervalMs: HOUR_MS };

export const exportAccount =
  ({
    db,
    storage,
    clock,
    limiter,
    exports,
  }: Pick<AccountDataDeps, "db" | "storage" | "clock" | "limiter" | "exports">): Handler<"exportAccount"> =>
  async ({ principal: { accountId, userId }, raw }) => {
    const headers = {
      "Content-Type": "application/zip",
      "Content-Disposition": 'attachment; filename="musicverse-export.zip"',
    };
    if (raw.method === "HEAD") return { status: 200, headers, stream: Readable.from([]) };
    const bucket = {
      key: `{${userId}}:export`,
      name: "export",
      capacity: RATE.max,
      refill: RATE.max,
      intervalMs: RATE.intervalMs,
    };
    const { allowed, retryAtMs, nowMs } = await limiter.take([bucket]);
    if (!allowed) {
      const seconds = Math.max(1, Math.ceil(((retryAtMs ?? nowMs) - nowMs) / 1000));
      const detail = `At most five exports an hour. Try again in ${seconds} seconds.`;
      throw new ProblemError("rate_limited", { detail, headers: { "Retry-After": String(seconds) } });
    }
    return { status: 200, headers, stream: archiveOf(exportEntries({ db, storage, exports }, accountId, clock.now())) };
  };
