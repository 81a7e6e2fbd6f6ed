import type { EventType } from "../../generated/events.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import { newIdAt } from "../../platform/ids/index.ts";
import { countEntitlementChange, lockAccount, writePlan } from "../accounts/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { accountLimitsChannel, planInForce } from "../plans/index.ts";
import { differences, type Difference } from "./differences.ts";
import type { Entitlement } from "./implied-entitlements.ts";
import { presentChange } from "./present.ts";
import {
  deleteEntitlement,
  insertChange,
  readEntitlements,
  upsertEntitlement,
  type EntitlementChangeRow,
} from "./store.ts";

/** The event that tells of a change. */
export const ENTITLEMENT_EVENTS = {
  granted: "entitlement.granted",
  updated: "entitlement.updated",
  revoked: "entitlement.revoked",
  expired: "entitlement.expired",
} as const satisfies Record<Difference["change"], EventType>;

export interface Cause {
  kind: EntitlementChangeRow["cause"];
  /** The provider's ids of its events, or the id of the administrator's request. */
  ids: readonly string[];
}

export interface ReviseDeps {
  clock: Clock;
  emit: EmitEvent;
}

interface Revision {
  cause: Cause;
  /** From what the account holds, ended ones left out, what it is to hold at the moment of the change. */
  wanted: (held: readonly Entitlement[], now: Date) => readonly Entitlement[];
  requestId?: string | undefined;
}

/**
 * The one place where entitlements change: rows, history, the account's own columns, events and the word to every process's
 * cache are one transaction, and changes of one account follow one another. Nothing is written when nothing differs.
 */
export async function reviseEntitlements(
  { clock, emit }: ReviseDeps,
  tx: TenantTx,
  { cause, wanted, requestId }: Revision,
): Promise<Difference[]> {
  const account = await lockAccount(tx);
  if (!account) return [];
  const now = clock.now();
  const held = await readEntitlements(tx);
  const after = wanted(
    held.filter(({ endsAt }) => endsAt === null || endsAt > now),
    now,
  );
  const changes = differences(held, after, now);
  if (changes.length === 0) return [];
  const version = await countEntitlementChange(tx);
  for (const { change, entitlement } of changes) {
    const isGone = change === "revoked" || change === "expired";
    await (isGone ? deleteEntitlement(tx, entitlement) : upsertEntitlement(tx, newIdAt(now), entitlement, version));
    const row = changeRow(
      entitlement,
      change,
      now,
      version,
      change === "expired" ? { kind: "expiry", ids: [] } : cause,
    );
    await insertChange(tx, row);
    await emit(tx, { type: ENTITLEMENT_EVENTS[change], data: presentChange(row), requestId });
  }
  await writePlan(tx, projectionOf(await readEntitlements(tx), now));
  await tx.notify(accountLimitsChannel, account.id);
  if (account.mode === "live") await tx.notify(accountLimitsChannel, account.twin_id);
  return changes;
}

function changeRow(
  { source, provider, ref, plan, startsAt, endsAt }: Entitlement,
  change: Difference["change"],
  now: Date,
  version: number,
  cause: Cause,
): EntitlementChangeRow {
  return {
    id: newIdAt(now),
    change,
    source,
    provider,
    ref,
    plan,
    starts_at: startsAt,
    ends_at: endsAt,
    version,
    cause: cause.kind,
    cause_ids: [...cause.ids],
    created_at: now,
  };
}

/** A plan without boosts, and the end of the last boost. */
export function projectionOf(held: readonly Entitlement[], now: Date): { plan: string; boostExpiresAt: Date | null } {
  const isBoost = ({ source }: Entitlement) => source === "boost" || source === "boost_grant";
  const ends = held.filter(isBoost).flatMap(({ endsAt }) => (endsAt && endsAt > now ? [endsAt.getTime()] : []));
  return {
    plan:
      planInForce(
        held.filter((one) => !isBoost(one)),
        now,
      )?.planId ?? "free",
    boostExpiresAt: ends.length > 0 ? new Date(Math.max(...ends)) : null,
  };
}
