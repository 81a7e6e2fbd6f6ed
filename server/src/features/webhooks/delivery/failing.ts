import type { Clock } from "../../../platform/clock/index.ts";
import type { Database, TenantTx } from "../../../platform/db/index.ts";
import type { EmitEvent } from "../../events/index.ts";
import type { Notify } from "../../notifications/index.ts";
import { presentWebhook } from "../present.ts";
import type { WebhookRow } from "../store.ts";
import { disableFailing, selectFailing, warnFailing, type FailingRule } from "./failing-store.ts";
import { DAY_MS } from "../../../platform/time/index.ts";

/** An endpoint none of whose attempts succeeded for five days, at least 20 of them, is disabled. */
const WARN_AFTER_MS = DAY_MS;
const DISABLE_AFTER_MS = 5 * DAY_MS;
const DISABLE_ATTEMPTS_MIN = 20;
const disabledReason = `No attempt succeeded for 5 days (at least ${DISABLE_ATTEMPTS_MIN} attempts).`;
const CANDIDATES_MAX = 100;

export interface FailingDeps {
  clock: Clock;
  emit: EmitEvent;
  notify: Notify;
}

/** Worth a look when its endpoint is given back: everything else is none of the rule's business. */
export const isFailingLong = (since: Date | null, now: Date): boolean =>
  since !== null && now.getTime() - since.getTime() >= WARN_AFTER_MS;

/** Warns the owner of an endpoint once, or disables it, when its time has come. It must be leased to nobody. */
export async function judgeFailing(deps: FailingDeps, tx: TenantTx, id: string): Promise<void> {
  const rule = ruleAt(deps.clock.now());
  const disabled = await disableFailing(tx, id, { ...rule, reason: disabledReason });
  if (disabled !== null) return announceDisabled(deps, tx, disabled);
  const warned = await warnFailing(tx, id, rule);
  if (warned === null) return;
  const { emit, notify, clock } = deps;
  await emit(tx, { type: "webhook.failing", data: presentWebhook(warned, clock.now()) });
  await notify(tx, tx.accountId, {
    subject: "Your webhook endpoint fails",
    paragraphs: [
      `Nothing that we sent to ${placeOf(warned)} in the last day was accepted.`,
      "We go on trying. If nothing succeeds for five days we disable the endpoint; its events are kept for 30 days.",
      "The delivery log shows every attempt and what the endpoint answered.",
    ],
  });
}

/** The event and the mail of an endpoint that has just been disabled, in the same transaction. */
export async function announceDisabled(
  { clock, emit, notify }: FailingDeps,
  tx: TenantTx,
  row: WebhookRow,
): Promise<void> {
  await emit(tx, { type: "webhook.disabled", data: presentWebhook(row, clock.now()) });
  await notify(tx, tx.accountId, {
    subject: "Your webhook endpoint was disabled",
    paragraphs: [
      `We send no events to ${placeOf(row)} any more. ${row.disabled_reason ?? ""}`,
      "Its events are kept for 30 days. Once the endpoint works, enable it again and replay what it missed.",
    ],
  });
}

/** The rule for endpoints that nothing is sent to at the moment. Any number of processes may look, at any time. */
export async function judgeFailingEndpoints({ db, ...deps }: FailingDeps & { db: Database }): Promise<void> {
  const rule = ruleAt(deps.clock.now());
  const rows = await db.asSystem("find webhook endpoints that only fail", (tx) =>
    selectFailing(tx, rule, CANDIDATES_MAX),
  );
  const errors: unknown[] = [];
  for (const { account_id: accountId, id } of rows) {
    // One that cannot be judged does not keep the others waiting behind it, round after round.
    await db.withTenant(accountId, (tx) => judgeFailing(deps, tx, id)).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `${errors.length} failing webhook endpoints could not be judged`);
}

function ruleAt(now: Date): FailingRule {
  const before = (ms: number) => new Date(now.getTime() - ms);
  return {
    now,
    warnBefore: before(WARN_AFTER_MS),
    disableBefore: before(DISABLE_AFTER_MS),
    attemptsMin: DISABLE_ATTEMPTS_MIN,
  };
}

/** Without the query, which may hold a secret. */
function placeOf({ url }: WebhookRow): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
