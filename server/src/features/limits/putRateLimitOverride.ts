import { ok, type Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import { accountLimitsChannel } from "../plans/index.ts";
import type { LimitsDeps } from "./deps.ts";
import { findTarget, type TargetDeps } from "./override-target.ts";
import { presentOverride } from "./present.ts";
import { upsertOverride } from "./store.ts";

export const putRateLimitOverride =
  ({ db, clock, ...targets }: TargetDeps & Pick<LimitsDeps, "clock">): Handler<"putRateLimitOverride"> =>
  async ({ principal, requestId, path, body }) => {
    const at = clock.now();
    const expiresAt = body.expires_at == null ? null : new Date(body.expires_at);
    if (expiresAt && expiresAt <= at)
      throw invalidField("/body/expires_at", "not_in_the_future", "Give a time in the future, or leave it out.");
    const [quota, burst] = [body.quota ?? null, body.burst ?? null];
    if (!quota && !burst) throw invalidField("/body", "nothing_to_override", "Give quota, burst or both.");
    const target = await findTarget({ db, ...targets }, path.target_id);
    return db.asSystem("an administrator overrides rate limits", async (tx) => {
      const row = await upsertOverride(tx, {
        ...target,
        id: newId(),
        quota_max: quota?.requests ?? null,
        quota_seconds: quota?.window_seconds ?? null,
        burst_max: burst?.requests ?? null,
        burst_seconds: burst?.window_seconds ?? null,
        note: body.note,
        expires_at: expiresAt,
        created_at: at,
        updated_at: at,
      });
      const details = {
        quota: row.quota_max,
        quota_seconds: row.quota_seconds,
        burst: row.burst_max,
        burst_seconds: row.burst_seconds,
        note: row.note,
      };
      const action = {
        action: "rate_limit.overridden",
        targetAccountId: target.account_id,
        targetId: path.target_id,
        details,
        at,
      };
      await recordAdminAction(tx, { principal, requestId }, action);
      await tx.notify(accountLimitsChannel, target.account_id);
      return ok(presentOverride(row));
    });
  };
