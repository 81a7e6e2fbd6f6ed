import type { Clock } from "../../../platform/clock/index.ts";
import type { SystemTx } from "../../../platform/db/index.ts";
import { newId } from "../../../platform/ids/index.ts";
import type { WorkEngine } from "../../../platform/work/index.ts";
import type { Cause } from "../revise.ts";
import type { Customer } from "./source.ts";
import { markDirty } from "./store.ts";
import { billingSyncKind, pointerTo } from "./work-names.ts";

export interface RequestDeps {
  clock: Clock;
  work: Pick<WorkEngine, "enqueue">;
}

/** Has a customer looked at as soon as the caller's transaction has committed. Cheap, and as often as anybody likes. */
export async function requestSync(
  deps: RequestDeps,
  tx: SystemTx,
  { mode, customerId }: Customer,
  cause: Cause,
): Promise<void> {
  await request(deps, tx, { mode, subject: customerId, isCharge: false }, cause);
}

/** The same when only a charge of the customer is known. */
export async function requestSyncOfCharge(
  deps: RequestDeps,
  tx: SystemTx,
  { mode, chargeId }: { mode: Customer["mode"]; chargeId: string },
  cause: Cause,
): Promise<void> {
  await request(deps, tx, { mode, subject: chargeId, isCharge: true }, cause);
}

async function request(
  { clock, work }: RequestDeps,
  tx: SystemTx,
  subject: { mode: Customer["mode"]; subject: string; isCharge: boolean },
  cause: Cause,
): Promise<void> {
  const id = await markDirty(tx, { id: newId(), ...subject, cause, at: clock.now() });
  tx.afterCommit(() => work.enqueue(billingSyncKind, pointerTo({ id, cause: cause.kind })));
}
