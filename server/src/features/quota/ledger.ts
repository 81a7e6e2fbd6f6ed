import { only, type Database, type TenantTx } from "../../platform/db/index.ts";
import { planIds, plans, type EffectiveLimits } from "../plans/index.ts";
import { beginEpoch, insertEntry, renewLapsed, selectLedger, type LedgerRow, type QuotaEntry } from "./store.ts";
import { violationsOf, type Regeneration, type Usage, type Violation } from "./usage.ts";
import { HOUR_MS } from "../../platform/time/index.ts";

export interface AdmissionRequest {
  generationId: string;
  draftId: string | null;
  regeneration: Regeneration | null;
}

/** What the counters in Redis are to be after a decision of the ledger. */
export interface LedgerState {
  epoch: number;
  usage: Usage;
  reserved: [string, boolean][];
  regenerated: [string, number][];
}

export type LedgerDecision = { usage: Usage } & (
  | { violations: [Violation, ...Violation[]]; state: null }
  | { violations: null; state: LedgerState }
);

/** Longest cooldown of any plan: what is older cannot refuse, whatever plan comes. */
export const cooldownMaxSeconds = Math.max(...planIds.map((id) => plans[id].regenerationCooldownSeconds));

/** A lease that no worker holds: until then a generation may wait for its turn. No generation lives longer. */
export const WAITING_LEASE_MS = HOUR_MS;

/** `now`: for tests. */
export type Now = (() => number) | undefined;
const dateOf = (now: Now) => (now ? new Date(now()) : null);

/**
 * Counts an account's windows from their entries, and admits if there is room; exact for any number of processes, because the
 * caller holds the account's lock. The counters in Redis are invalid once the transaction commits, unless they are told the new state.
 */
export async function admitByLedger(
  tx: TenantTx,
  request: AdmissionRequest,
  limits: EffectiveLimits,
  now: Now,
): Promise<LedgerDecision> {
  const { generationId, draftId, regeneration } = request;
  const row = await countLocked(tx, draftId, now);
  const usage = usageOf(row);
  const [first, ...others] = violationsOf(usage, limits, regeneration);
  if (first) return { usage, violations: [first, ...others], state: null };
  const [epoch] = await Promise.all([beginEpoch(tx), insertEntry(tx, entryOf(request, row.at))]);
  const { monthly, hourly, full, live } = usage;
  const after: Usage = {
    ...usage,
    monthly: monthly + 1,
    hourly: hourly + 1,
    live: live + 1,
    full: full + (regeneration === "full" ? 1 : 0),
  };
  const regenerated: LedgerState["regenerated"] =
    draftId !== null && regeneration !== null ? [...row.regenerated, [draftId, usage.at]] : row.regenerated;
  return {
    usage: after,
    violations: null,
    state: { epoch, usage: after, reserved: [...row.reserved, [generationId, true]], regenerated },
  };
}

/** An admitted generation, which waits for a worker. */
export function entryOf({ generationId, draftId, regeneration }: AdmissionRequest, at: Date): QuotaEntry {
  return {
    generation_id: generationId,
    draft_id: draftId,
    regeneration,
    admitted_at: at,
    lease_until: new Date(at.getTime() + WAITING_LEASE_MS),
  };
}

/** Takes a lapsed lease again if there is room; null if there is none. The caller holds the account's lock. */
export async function leaseAgain(
  tx: TenantTx,
  generationId: string,
  ms: number,
  limits: EffectiveLimits,
  now: Now,
): Promise<LedgerState | null> {
  const row = await countLocked(tx, null, now);
  const usage = usageOf(row);
  if (usage.live >= limits.concurrencyMax) return null;
  const [epoch] = await Promise.all([beginEpoch(tx), renewLapsed(tx, generationId, new Date(usage.at + ms))]);
  const reserved = row.reserved.map(([id, live]): [string, boolean] => [id, live || id === generationId]);
  return { epoch, usage: { ...usage, live: usage.live + 1 }, reserved, regenerated: row.regenerated };
}

async function countLocked(tx: TenantTx, draftId: string | null, now: Now): Promise<LedgerRow> {
  const { text, values } = selectLedger(tx.accountId, { draftId, cooldownMaxSeconds, at: dateOf(now) });
  return only(await tx.query<LedgerRow>(text, values), "the account's ledger");
}

/** Where an account stands, without taking anything. */
export async function readLedger(db: Pick<Database, "readTenant">, accountId: string, now: Now): Promise<Usage> {
  return usageOf(
    only(
      await db.readTenant<LedgerRow>(
        accountId,
        selectLedger(accountId, { draftId: null, cooldownMaxSeconds, at: dateOf(now) }),
      ),
      "the account's ledger",
    ),
  );
}

function usageOf({ at, monthly, hourly, full, live, regenerated_at: regeneratedAt }: LedgerRow): Usage {
  return { at: at.getTime(), monthly, hourly, full, live, regeneratedAt: regeneratedAt?.getTime() ?? null };
}
