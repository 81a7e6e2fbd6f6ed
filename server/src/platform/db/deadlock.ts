import { setTimeout as sleep } from "node:timers/promises";

/** PostgreSQL manual, appendix A. */
const DEADLOCK_DETECTED = "40P01";
const PAUSE_MS = { least: 20, most: 60 };

/**
 * Runs a transaction, and once more when PostgreSQL ended it because it and another waited for each other. Nothing of the
 * first try is left then, and a caller would be told of a fault that repeating it mends. The other one gets a moment to take
 * what it waited for: who comes back at once takes it again.
 */
export async function againAfterDeadlock<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    if ((error as { code?: unknown }).code !== DEADLOCK_DETECTED) throw error;
    await sleep(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
    return transaction();
  }
}
