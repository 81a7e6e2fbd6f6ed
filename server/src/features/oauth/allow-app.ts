import type { Scope } from "../../generated/scopes.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { credentialsChannel } from "../accounts/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { grantLifetimeMs } from "./authorization-server/lifetimes.ts";
import { selectConnectedApp, upsertGrant } from "./grant-store.ts";
import { presentConnectedApp } from "./present.ts";
import { grantEntry } from "./token-lookup.ts";

/** Writes that a person allows an app these scopes on one account, besides what they allowed before; the grant's id. */
export function allowApp(
  { db, clock, emit }: { db: Database; clock: Clock; emit: EmitEvent },
  allowed: { accountId: string; clientId: string; userId: string; scopes: readonly Scope[]; requestId: string },
): Promise<string> {
  const { accountId, requestId, ...rest } = allowed;
  const now = clock.now();
  return db.asSystem("consent: the app belongs to another account", async (system) => {
    const id = await upsertGrant(system, {
      ...rest,
      id: newId(),
      accountId,
      now,
      expiresAt: new Date(now.getTime() + grantLifetimeMs),
    });
    const app = await selectConnectedApp(system, id);
    if (!app) throw new Error("a grant that was just written is not there");
    const tx = system.asAccount(accountId);
    await emit(tx, { type: "app.authorized", data: presentConnectedApp(app), requestId });
    await tx.notify(credentialsChannel, grantEntry(id));
    return id;
  });
}
