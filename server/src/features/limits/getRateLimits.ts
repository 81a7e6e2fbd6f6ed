import { operations, type OperationId } from "../../generated/operations.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import type { LimitDecision } from "../../platform/limiter/index.ts";
import { planWithMoreRequests } from "../plans/index.ts";
import { presentUsage } from "../quota/index.ts";
import type { LimitsDeps } from "./deps.ts";
import { headersFor } from "./headers.ts";
import type { RateClass } from "./rates.ts";
import type { Window } from "./window.ts";

/** Looks without taking, so it says what the next request of that class will meet; its own window is another one. */
export const getRateLimits =
  ({
    limiter,
    limitsFor,
    plans,
    quota,
  }: Pick<LimitsDeps, "limiter" | "limitsFor" | "plans" | "quota">): Handler<"getRateLimits"> =>
  async ({ principal, query, ip }) => {
    const { operationId, rateClass } = askedFor(query);
    const windows = await limitsFor({ principal, ip, rateClass });
    const limits = await plans.getEffectiveLimits(principal.accountId);
    const { planId } = limits;
    const [decision, usage] = await Promise.all([limiter.take(windows, 0), quota.usage(principal.accountId)]);
    const shown = decision.buckets.map((bucket, index) => presentWindow(bucket, windows[index]?.source ?? "platform"));
    const exhausted = decision.buckets.filter(({ remaining }) => remaining === 0);
    const waitMs = Math.max(0, ...exhausted.map(({ resetAtMs }) => resetAtMs - decision.nowMs));
    return ok(
      {
        object: "rate_limits" as const,
        plan: planId,
        upgrade_plan: planWithMoreRequests(planId),
        mode: principal.mode,
        degraded: decision.degraded,
        next_request: {
          operation_id: operationId,
          rate_class: rateClass,
          allowed: exhausted.length === 0,
          retry_after_seconds: exhausted.length === 0 ? null : Math.max(1, Math.ceil(waitMs / 1000)),
          violated_policies: exhausted.map(({ name }) => name),
        },
        windows: shown,
        generations: presentUsage(usage, limits),
      },
      headersFor(decision),
    );
  };

function askedFor(query: { operation_id?: string; rate_class?: RateClass }): {
  operationId: OperationId | null;
  rateClass: RateClass;
} {
  if (query.operation_id === undefined) return { operationId: null, rateClass: query.rate_class ?? "read" };
  if (query.rate_class !== undefined)
    throw invalidField("/query/rate_class", "not_with_operation_id", "Give operation_id or rate_class, not both.");
  if (!Object.hasOwn(operations, query.operation_id)) {
    throw invalidField(
      "/query/operation_id",
      "unknown_operation",
      "There is no such operation. Use an operationId of the API reference, such as listTracks.",
    );
  }
  const operationId = query.operation_id as OperationId;
  return { operationId, rateClass: operations[operationId].rateClass };
}

function presentWindow(bucket: LimitDecision["buckets"][number], source: Window["source"]) {
  return {
    name: bucket.name,
    limit: bucket.limit,
    remaining: bucket.remaining,
    window_seconds: Math.ceil(bucket.intervalMs / 1000),
    resets_at: new Date(bucket.resetAtMs).toISOString(),
    source,
  };
}
