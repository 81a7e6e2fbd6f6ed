import { APIConnectionError, APITimeoutError } from "../errors.ts";
import { redact } from "./redact.ts";

/** setTimeout fires at once beyond this. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * One abort signal made of a time limit and the caller's own signal, which also knows afterwards which of them ended
 * the request. Written by hand because `AbortSignal.any` is missing in Node 20.0–20.2 and cannot restart its timer.
 */
export class Deadline {
  readonly #limitMs: number;
  readonly #caller: AbortSignal | null;
  readonly #controller: AbortController = new AbortController();
  readonly #onCallerAbort = (): void => this.#controller.abort(this.#caller?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expired = false;

  /** `limitMs` 0 sets no limit. */
  constructor(limitMs: number, caller?: AbortSignal | null) {
    this.#limitMs = Math.min(limitMs, TIMER_MAX_MS);
    this.#caller = caller ?? null;
    if (caller?.aborted) this.#onCallerAbort();
    caller?.addEventListener("abort", this.#onCallerAbort, { once: true });
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get expired(): boolean {
    return this.#expired;
  }

  /** Gives the full time again. */
  restart(): void {
    this.pause();
    if (this.#limitMs <= 0 || this.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#expired = true;
      this.#controller.abort();
    }, this.#limitMs);
  }

  /** Stops the clock, the caller's signal still counts. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Must run when the work has ended, or a long-lived caller's signal would collect listeners. */
  clear(): void {
    this.pause();
    this.#caller?.removeEventListener("abort", this.#onCallerAbort);
  }

  /** The error to throw for a failure under this deadline: the caller's reason, a timeout, or a broken connection. */
  explain(cause: unknown, target: string): unknown {
    if (this.#caller?.aborted) return this.#caller.reason;
    if (this.#expired)
      return new APITimeoutError(
        `No complete answer within ${this.#limitMs} ms (${target}); raise timeoutMs if that is expected`,
        { cause },
      );
    return new APIConnectionError(`No answer: ${redact(rootMessage(cause))} (${target})`, { cause });
  }
}

/** fetch hides the reason ("fetch failed") behind one or more causes. */
function rootMessage(error: unknown): string {
  let message = "connection failed";
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = "code" in at && typeof at.code === "string" ? at.code : "";
    message = at.message || code || message;
  }
  return message;
}
