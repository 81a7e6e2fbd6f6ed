import { expect, test, vi } from "vitest";
import { silentLogger } from "../log/index.ts";
import { keepLease } from "./lease.ts";
import type { WorkKind } from "./work.ts";

const log = silentLogger();
const LEASE_MS = 90;
const kindThat = (renew: () => Promise<boolean>) =>
  ({ name: "item", leaseMs: LEASE_MS, renew }) as unknown as WorkKind<null>;

test("a renewal that hangs does not hide the end of the lease: others may claim the row then", async () => {
  const onLost = vi.fn();
  keepLease(
    kindThat(() => new Promise(() => undefined)),
    null,
    { log, onLost },
  );
  await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce());
});

test("failed renewals are repeated for as long as the lease lasts, and then it is lost, once", async () => {
  const onLost = vi.fn();
  const renew = vi.fn(async () => {
    throw new Error("the database is away");
  });
  keepLease(kindThat(renew), null, { log, onLost });
  await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce());
  expect(renew.mock.calls.length).toBeGreaterThan(1);
});

test("a lease that is renewed lasts, and a stopped one is never lost", async () => {
  const onLost = vi.fn();
  const renew = vi.fn(async () => true);
  const lease = keepLease(kindThat(renew), null, { log, onLost });
  await vi.waitFor(() => expect(renew.mock.calls.length).toBeGreaterThan(6));
  lease.stop();
  const { length } = renew.mock.calls;
  // Another one that started now and is lost: as much time has passed for the stopped one.
  const other = vi.fn();
  keepLease(
    kindThat(() => new Promise(() => undefined)),
    null,
    { log, onLost: other },
  );
  await vi.waitFor(() => expect(other).toHaveBeenCalled());
  expect(renew.mock.calls.length).toBe(length);
  expect(onLost).not.toHaveBeenCalled();
});
