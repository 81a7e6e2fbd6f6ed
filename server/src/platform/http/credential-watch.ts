import type { Request } from "express";
import { type Authenticator, credentialOf } from "./authenticate.ts";
import { refusal } from "./authorize.ts";
import { operationOf } from "./context.ts";

export interface CredentialWatch {
  /** Aborts when the request's credential could not make it any more. `over` ends the watching. */
  watch(request: Request): { signal: AbortSignal; over(): void };
}

/** Answers that last are looked at this often: a revoked credential must end within a second, everywhere. */
const LOOK_MS = 400;

/**
 * An answer that goes on for minutes must not outlive its credential: revoked, expired, restricted to other scopes or
 * addresses, whatever kind it is. So it is asked for again as a new request would be; the authenticator's cache makes
 * that a look into memory until a change is notified.
 */
export function createCredentialWatch(authenticator: Authenticator): CredentialWatch {
  const watched = new Map<Request, AbortController>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    await Promise.all(
      [...watched].map(async ([request, abort]) => {
        // One that cannot be looked at now (no database) is looked at again the next time.
        if (await isStillGood(request).catch(() => true)) return;
        abort.abort(new Error("the credential ended"));
      }),
    );
    looking = false;
  }

  async function isStillGood(request: Request): Promise<boolean> {
    const { principal } = request.context;
    const now = await authenticator.authenticate(credentialOf(request));
    return (
      now.outcome === "authenticated" &&
      now.principal.accountId === principal?.accountId &&
      refusal(operationOf(request), now.principal) === null
    );
  }

  return {
    watch: (request) => {
      const abort = new AbortController();
      watched.set(request, abort);
      timer ??= setInterval(() => void look(), LOOK_MS).unref();
      return {
        signal: abort.signal,
        over: () => {
          watched.delete(request);
          if (watched.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        },
      };
    },
  };
}
