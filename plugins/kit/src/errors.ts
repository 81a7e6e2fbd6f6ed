import type { TokenUsage } from "./reel.ts";

/**
 * What a plugin may throw. The list is closed: the host decides retries, refunds and messages from the code alone,
 * and takes anything else that is thrown for a bug of the plugin.
 */
export const pluginErrorCodes = [
  /** The credential ran out; the host refreshes it once and calls again. */
  "AUTH_EXPIRED",
  /** The credential will never work again: somebody must connect anew or configure another key. */
  "AUTH_REVOKED",
  /** Too many requests; work waits until `retryAt`, which is no attempt. */
  "RATE_LIMIT",
  /** No usable connection: DNS, reset, timeout, 502/503/504. */
  "NETWORK",
  /** The provider answered, but wrongly: 500, not JSON, fields missing. */
  "UPSTREAM",
  /** The provider refuses this input; `fields` says what and why. */
  "VALIDATION",
  /** The provider refuses the content for its policy. */
  "CONTENT_POLICY",
  /** The provider's state does not allow it: not found, gone, already there. */
  "CONFLICT",
  /** It will not work however often it is tried: no balance, no access, removed API. */
  "PERMANENT",
] as const;
export type PluginErrorCode = (typeof pluginErrorCodes)[number];

/** How far a rate limit reaches: this request, the user's connection, our whole app, or everybody at the provider. */
export type RateLimitScope = "request" | "connection" | "app" | "provider";

/**
 * What became of the work at the provider. `failed`: certainly not done, so asking again cannot do it twice.
 * `unknown`: the request was sent and no answer says what happened; repeating may do (and cost) it twice.
 */
export type Outcome = "failed" | "unknown";

/** A refused field of the capability's input, e.g. `{ field: "lyrics", message: "at most 3500 characters" }`. */
export interface FieldRefusal {
  field: string;
  message: string;
}

interface CommonOptions {
  /** Left out, the host decides: `unknown` for NETWORK and UPSTREAM after something was sent, else `failed`. */
  outcome?: Outcome;
  /** Shown to the user. Never put provider internals, prompts or credentials here. */
  publicMessage?: string;
  /** The provider's own facts, for the log. */
  upstream?: { status?: number; code?: string | number; requestId?: string };
  /** What the failed call used up (and is billed) all the same, when the provider tells. */
  usage?: TokenUsage;
  cause?: unknown;
}
interface OwnOptions {
  RATE_LIMIT: {
    /** Earliest next try; null when the provider does not say. */ retryAt: Date | null;
    scope: RateLimitScope;
  };
  VALIDATION: { fields: FieldRefusal[] };
}
export type PluginErrorOptions<Code extends PluginErrorCode> = CommonOptions &
  (Code extends keyof OwnOptions ? OwnOptions[Code] : object);

const brand: unique symbol = Symbol.for("musicverse.plugin-error");

type Arguments<Code extends PluginErrorCode> = Code extends keyof OwnOptions
  ? [options: PluginErrorOptions<Code>]
  : [options?: PluginErrorOptions<Code>];

/** The only error a plugin throws on purpose. `message` goes to the operator's log, so it holds no user content. */
export class PluginError<Code extends PluginErrorCode = PluginErrorCode> extends Error {
  readonly [brand] = true;
  readonly code: Code;
  readonly retryAt: Date | null;
  readonly scope: RateLimitScope | null;
  readonly fields: readonly FieldRefusal[];
  readonly outcome: Outcome | null;
  readonly publicMessage: string | null;
  readonly upstream: { status?: number; code?: string | number; requestId?: string };
  readonly usage: TokenUsage | null;

  constructor(code: Code, message: string, ...rest: Arguments<Code>) {
    const options: CommonOptions & Partial<OwnOptions["RATE_LIMIT"] & OwnOptions["VALIDATION"]> = rest[0] ?? {};
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PluginError";
    this.code = code;
    this.retryAt = options.retryAt ?? null;
    this.scope = options.scope ?? null;
    this.fields = options.fields ?? [];
    this.outcome = options.outcome ?? null;
    this.publicMessage = options.publicMessage ?? null;
    this.upstream = options.upstream ?? {};
    this.usage = options.usage ?? null;
  }
}

/** True for a PluginError of any copy of the kit: a third-party plugin may bring its own. */
export function isPluginError(error: unknown): error is PluginError {
  return error instanceof Error && brand in error;
}
