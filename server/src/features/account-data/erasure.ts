import type { Database } from "../../platform/db/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import { defineLeasedWork, type WorkKind, type WorkRunContext } from "../../platform/work/index.ts";
import { countWaitingMails } from "../notifications/index.ts";
import { deletePair, deleteSomeRows, type ErasureClaim, erasureLeases, selectTenantTables } from "./erasure-store.ts";
import { HOUR_MS, MINUTE_MS } from "../../platform/time/index.ts";

export const erasureKind = "account-erasure";

export interface ErasureDeps {
  db: Database;
  clock: Clock;
  /** False when mails cannot be sent: then none is waited for. */
  sendsMail: boolean;
  leaseMs: number;
  /** In the order of the slices. */
  steps: readonly EraseStep[];
}

/** What a slice does for the erasure of an account before the rows of its tables go, which `eraseRows` deletes for all slices. */
export interface EraseStep {
  /** Tables whose rows the step removes by itself, because they keep what must go first, or stay in part. */
  tables?: readonly string[];
  /** May be repeated. False: cannot be finished yet, come back. */
  run: (accountId: string, circumstances: EraseCircumstances) => Promise<boolean | void>;
}

interface EraseCircumstances {
  signal: AbortSignal;
  /** No request of the account can be running any more. */
  abandoned: boolean;
}

const ROWS_AT_ONCE = 2000;
/** The farewell goes first, but no mail server holds an erasure up for longer. */
const MAIL_PATIENCE_MS = 10 * MINUTE_MS;
/** No request takes longer; audio that is still announced after it was left behind by a crash. */
const UPLOAD_PATIENCE_MS = HOUR_MS;
/** What processes note in bulk (usage, say) may be written after the accounts are gone, where no foreign key says so. */
const LATE_ROWS_MS = HOUR_MS;
const FOREIGN_KEY_VIOLATION = "23503";

/**
 * Removes what deleted accounts had: files first, because their keys stand in the rows; then rows, some at a time; then the
 * accounts; an hour later what was written late. Every step may be repeated, so a crash costs nothing but the lease's rest.
 */
export function erasureWork(deps: ErasureDeps): WorkKind<ErasureClaim> {
  const { db, leaseMs } = deps;
  return defineLeasedWork({
    name: erasureKind,
    db,
    leases: erasureLeases,
    concurrency: 1,
    leaseMs,
    run: (claim, context) => erase(deps, claim, context),
  });
}

/** Another worker has this erasure, and goes on with it. */
class LeaseLost extends Error {
  constructor() {
    super("the lease of the erasure was lost: another worker goes on with it");
    this.name = "LeaseLost";
  }
}

async function erase(deps: ErasureDeps, claim: ErasureClaim, { signal, delayUntil }: WorkRunContext): Promise<void> {
  const { db, clock } = deps;
  const accountIds = [claim.sandbox_id, claim.live_id];
  const ageMs = clock.now().getTime() - claim.requested_at.getTime();
  const later = async (delayMs: number): Promise<never> => {
    const isKept = await db.asSystem("erase an account later", (tx) =>
      erasureLeases.postpone(tx, claim, { delayMs, error: null }),
    );
    if (!isKept) throw new LeaseLost();
    return delayUntil(new Date(clock.now().getTime() + delayMs));
  };
  if (claim.removed_at) {
    for (const accountId of accountIds) await eraseRows(deps, accountId, signal);
    await db.asSystem("an account is erased", (tx) => erasureLeases.remove(tx, claim));
    return;
  }
  if (deps.sendsMail && ageMs < MAIL_PATIENCE_MS) {
    const waiting = await db.asSystem("erase an account: its last mails", (tx) => countWaitingMails(tx, accountIds));
    if (waiting > 0) await later(500);
  }
  for (const accountId of accountIds) {
    let done = true;
    for (const { run } of deps.steps)
      done = (await run(accountId, { abandoned: ageMs > UPLOAD_PATIENCE_MS, signal })) !== false && done;
    if (!done) await later(2_000);
    await eraseRows(deps, accountId, signal);
  }
  const isDeleted = await db
    .asSystem("erase an account: the pair itself", (tx) =>
      deletePair(tx, claim, { at: clock.now(), againMs: LATE_ROWS_MS }),
    )
    .catch(async (error: unknown) => {
      // Something was stored meanwhile that must not go without its blob.
      if ((error as { code?: string }).code === FOREIGN_KEY_VIOLATION) await later(1_000);
      throw error;
    });
  if (!isDeleted) throw new LeaseLost();
}

/** Rows that others point at without a cascade go in a later round, when those are gone. */
async function eraseRows({ db, steps }: ErasureDeps, accountId: string, signal: AbortSignal): Promise<void> {
  let tables = await db.asSystem("erase an account: which tables there are", selectTenantTables);
  const removedByStep = new Set(steps.flatMap((step) => step.tables ?? []));
  tables = tables.filter(({ name }) => !removedByStep.has(name));
  for (let round = 0; tables.length > 0 && round < 5; round += 1) {
    const held: typeof tables = [];
    for (const table of tables) {
      try {
        for (let count = ROWS_AT_ONCE; count === ROWS_AT_ONCE;) {
          signal.throwIfAborted();
          count = await db.asSystem(`erase an account: rows of ${table.name}`, (tx) =>
            deleteSomeRows(tx, table, accountId, ROWS_AT_ONCE),
          );
        }
      } catch (error) {
        if ((error as { code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error;
        held.push(table);
      }
    }
    tables = held;
  }
}
