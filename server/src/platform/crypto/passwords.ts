import { hash, verify, type Options } from "@node-rs/argon2";
import { createSemaphore } from "./semaphore.ts";

/** OWASP's first choice for Argon2id (the library's default algorithm): 19 MiB, two passes, one lane; about 20 ms. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Of a process: each takes 19 MiB and one of the four threads that files and look-ups of names need, too. Who waits as the
 * last one waits for about a second.
 */
const inTurn = createSemaphore({ atOnceMax: 2, waitingMax: 100 });

let decoy: Promise<string> | undefined;

/** The encoded Argon2id hash, with its own salt and cost in it. @throws TooManyWaiting */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normalised(password), COST));
}

/** `stored` null means there is no such user: the same work is done and the answer is no, so time tells nothing. @throws TooManyWaiting */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const known = stored ?? (await (decoy ??= hash("nobody's password", COST)));
  const matches = await inTurn(() => verify(known, normalised(password)));
  return stored !== null && matches;
}

/** The same password typed on another keyboard must give the same bytes (NIST SP 800-63B, 5.1.1.2). */
function normalised(password: string): string {
  return password.normalize("NFKC");
}
