import type { TestDatabase } from "../../../test-kit/database.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import { limitsOfPlan, type EffectiveLimits } from "../plans/index.ts";
import type { Quota } from "./index.ts";
import type { AdmissionRequest } from "./ledger.ts";

/** A plan with room for everything but what a test is about. */
export function limitsWith(limits: Partial<EffectiveLimits>): EffectiveLimits {
  return { ...limitsOfPlan("enterprise", "live"), burstPerHour: 1_000_000, concurrencyMax: 1_000_000, regenerationCooldownSeconds: 0, ...limits };
}

export async function createAccount({ db }: Pick<TestDatabase, "db">): Promise<string> {
  const [live, sandbox] = [newId(), newId()];
  await db.asSystem("a test's account", (tx) =>
    tx.query("insert into accounts (id, mode, twin_id, name) values ($1, 'live', $2, 'test'), ($2, 'test', $1, 'test')", [live, sandbox]));
  return live;
}

/** One admission in a transaction of its own: the generation's id, or the code that refuses it. */
export async function admit({ db }: Pick<TestDatabase, "db">, quota: Quota, accountId: string, request: Partial<AdmissionRequest> = {}): Promise<{ id: string; code: string | null }> {
  const id = newId();
  const admission = await quota.admission(accountId);
  try {
    await db.withTenant(accountId, (tx) => admission.enforceOrThrow(tx, { generationId: id, draftId: null, regeneration: null, ...request }));
    return { id, code: null };
  } catch (error) {
    if (error instanceof ProblemError) return { id, code: error.code };
    throw error;
  }
}

export function codesOf(results: { code: string | null }[]): Record<string, number> {
  return Object.fromEntries(Object.entries(Object.groupBy(results, ({ code }) => code ?? "admitted")).map(([code, group]) => [code, group?.length ?? 0]));
}
