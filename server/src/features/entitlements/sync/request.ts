import type { Clock } from "../../../platform/clock/index.ts";
import type { SystemTx } from "../../../platform/db/index.ts";
import { newId } from "../../../platform/ids/index.ts";
import type { WorkEngine } from "../../../platform/work/index.ts";
import type { Cause } from "../revise.ts";
import type { Charge, Customer } from "./source.ts";
import { billingSyncKind, pointerTo, markDirty, type Mark } from "./store.ts";

export interface RequestDeps {
  clock: Clock;
  work: Pick<WorkEngine, "enqueue">;
}

/** Has a customer looked at as soon as the caller's transaction has committed. Cheap, and as often as anybody likes. */
export async function requestSync(
  deps: RequestDeps,
  tx: SystemTx,
  { customerId, ...at }: Customer,
  cause: Cause,
): Promise<void> {
  await request(deps, tx, { ...at, subject: customerId, isCharge: false }, cause);
}

/** The same when only a charge of the customer is known. */
export async function requestSyncOfCharge(
  deps: RequestDeps,
  tx: SystemTx,
  { chargeId, ...at }: Charge,
  cause: Cause,
): Promise<void> {
  await request(deps, tx, { ...at, subject: chargeId, isCharge: true }, cause);
}

async function request(
  { clock, work }: RequestDeps,
  tx: SystemTx,
  subject: Pick<Mark, "provider" | "mode" | "subject" | "isCharge">,
  cause: Cause,
): Promise<void> {
  const id = await markDirty(tx, { id: newId(), ...subject, cause, at: clock.now() });
  tx.afterCommit(() => work.enqueue(billingSyncKind, pointerTo({ id, cause: cause.kind })));
}
