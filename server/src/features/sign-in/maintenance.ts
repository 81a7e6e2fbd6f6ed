import type { SignInDeps } from "./deps.ts";
import { deleteExpiredSignIns } from "./store.ts";

/** Sign-ins past their time; nobody can finish them any more. */
export async function forgetSignIns({ db, clock }: Pick<SignInDeps, "db" | "clock">): Promise<void> {
  await db.asSystem("forget expired sign-ins", (tx) => deleteExpiredSignIns(tx, clock.now()));
}
