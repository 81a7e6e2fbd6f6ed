import { hashPassword, TooManyWaiting, verifyPassword } from "../../platform/crypto/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";

/** The hash to store. @throws ProblemError rate_limited, when too many passwords wait for theirs */
export const hashOf = (password: string): Promise<string> => orLater(hashPassword(password));

/** Whether it is the password behind `stored`; null is nobody's. @throws ProblemError rate_limited, as `hashOf` */
export const isPassword = (stored: string | null, password: string): Promise<boolean> =>
  orLater(verifyPassword(stored, password));

async function orLater<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof TooManyWaiting)) throw error;
    throw new ProblemError("rate_limited", {
      detail: "Too many passwords are being checked at this moment. Try again in a second.",
      headers: { "Retry-After": "1" },
      cause: error,
    });
  }
}
