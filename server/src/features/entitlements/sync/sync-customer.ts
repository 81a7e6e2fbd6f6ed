import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { Logger } from "../../../platform/log/index.ts";
import { impliedEntitlements } from "../implied-entitlements.ts";
import { reviseEntitlements } from "../revise.ts";
import type { SyncDeps } from "./deps.ts";
import { requestSync } from "./request.ts";
import type { CustomerSource } from "./source.ts";
import { finishSync, type SyncClaim, syncLeases } from "./store.ts";
import { writeSubscription } from "./subscription-store.ts";

/** It may become known: a webhook can be faster than the transaction that keeps whose customer it is. */
export class UnknownCustomer extends Error {
  constructor({ provider, mode, subject }: Pick<SyncClaim, "provider" | "mode" | "subject">) {
    super(
      `no account is the customer ${subject} of ${provider} (${mode}); it is tried again, and forgotten after a week`,
    );
    this.name = "UnknownCustomer";
  }
}

/**
 * Reads what a customer has at the provider NOW, and makes what our account holds agree with it. Who holds the claim is the only
 * one who reads; the claim is checked in the transaction that writes. So a slow reader, whose claim went to another, writes
 * nothing, and an older state never replaces a newer one. What it replaces is what this provider gave. No transaction is open while the provider is asked.
 * Throws UnknownCustomer, and whatever the source throws: nothing was written then.
 */
export async function syncCustomer(deps: SyncDeps, claim: SyncClaim, log: Logger): Promise<void> {
  if (claim.is_charge) return followCharge(deps, claim);
  const { metrics } = deps;
  const { provider, mode } = claim;
  const source = sourceOf(deps, claim);
  const customer = { provider, mode, customerId: claim.subject };
  const accountId = await source.accountOf(customer);
  if (accountId === null) throw new UnknownCustomer(claim);
  const state = await source.fetchState(customer);
  for (const { id: subscription, plan, status } of state.subscriptions) {
    // Somebody pays and gets nothing: most likely a price was replaced in the settings, and the old one does not say what it sells.
    if (plan === null && status === "active")
      log.error(
        { ...customer, subscription },
        "paid subscription has a price that maps to no plan: set the plan in the price's metadata or in the settings",
      );
  }
  const cause = { kind: claim.cause, ids: claim.cause_ids };
  const changes = await write(deps, claim, async (system) => {
    const tx = system.asAccount(accountId);
    const now = deps.clock.now();
    await writeSubscription(tx, provider, state, now);
    return reviseEntitlements(deps, tx, {
      cause,
      wanted: (held) => [
        ...held.filter((one) => one.provider !== provider),
        ...impliedEntitlements(provider, state, now),
      ],
    });
  });
  if (changes === null) return metrics.result("superseded");
  metrics.result("synced");
  // Somebody should have told us.
  if (cause.kind === "reconciliation" && changes.some(({ change }) => change !== "expired")) metrics.drift();
}

async function followCharge(deps: SyncDeps, claim: SyncClaim): Promise<void> {
  const { provider, mode } = claim;
  const customerId = await sourceOf(deps, claim).customerOfCharge({ provider, mode, chargeId: claim.subject });
  await deps.db.asSystem("a charge names its customer", async (tx) => {
    if (!(await syncLeases(deps.clock).remove(tx, claim)) || customerId === null) return;
    await requestSync(deps, tx, { provider, mode, customerId }, { kind: claim.cause, ids: claim.cause_ids });
  });
}

function sourceOf({ sources }: SyncDeps, { provider }: SyncClaim): CustomerSource {
  const source = sources.find((one) => one.provider === provider);
  if (!source) throw new Error(`no payment provider ${provider} is set up here, and a customer of it was claimed`);
  return source;
}

type System = Parameters<Parameters<Database["asSystem"]>[1]>[0];

/** Null: somebody else has the customer now. */
async function write<T>(
  { db, clock }: { db: Database; clock: Clock },
  claim: SyncClaim,
  effect: (tx: System) => Promise<T>,
): Promise<T | null> {
  return db.asSystem("a customer's entitlements, by what the provider says", async (tx) =>
    (await finishSync(tx, claim, clock.now())) ? effect(tx) : null,
  );
}
