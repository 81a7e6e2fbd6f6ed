import { hash, verify, type Options } from "@node-rs/argon2";

/** OWASP's first choice for Argon2id (the library's default algorithm): 19 MiB, two passes, one lane; about 20 ms. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

let decoy: Promise<string> | undefined;

/** The encoded Argon2id hash, with its own salt and cost in it. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalised(password), COST);
}

/** `stored` null means there is no such user: the same work is done and the answer is no, so time tells nothing. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const matches = await verify(stored ?? (await (decoy ??= hashPassword("nobody's password"))), normalised(password));
  return stored !== null && matches;
}

/** The same password typed on another keyboard must give the same bytes (NIST SP 800-63B, 5.1.1.2). */
function normalised(password: string): string {
  return password.normalize("NFKC");
}
