import type { FieldRefusal, Outcome, PluginErrorCode, RateLimitScope, TokenUsage } from "@musicverse/plugin-kit";

/**
 * PLUGIN_BUG: threw something that is no PluginError. BREAKER_OPEN: the plugin is resting, nothing was called;
 * `retryAt` is set. UNAVAILABLE: not loaded, or not configured for this mode (API: plugin_unavailable).
 */
export type PluginFailureCode = PluginErrorCode | "PLUGIN_BUG" | "BREAKER_OPEN" | "UNAVAILABLE";

export interface PluginFailureDetails {
  pluginId: string;
  retryAt?: Date | null;
  scope?: RateLimitScope | null;
  fields?: readonly FieldRefusal[];
  outcome?: Outcome;
  publicMessage?: string | null;
  upstream?: { status?: number; code?: string | number; requestId?: string };
  usage?: TokenUsage | null;
  cause?: unknown;
}

/** Every failed call of a plugin, in one form. `message` is for the operator's log, `publicMessage` for the user. */
export class PluginFailure extends Error {
  readonly code: PluginFailureCode;
  readonly pluginId: string;
  readonly retryAt: Date | null;
  readonly scope: RateLimitScope | null;
  readonly fields: readonly FieldRefusal[];
  /**
   * `unknown`: the call may have taken effect and must not be repeated. Never `unknown` where repeating is
   * safe.
   */
  readonly outcome: Outcome;
  readonly publicMessage: string | null;
  readonly upstream: { status?: number; code?: string | number; requestId?: string };
  /** What the failed call used up all the same; null when nobody tells. */
  readonly usage: TokenUsage | null;

  constructor(code: PluginFailureCode, message: string, details: PluginFailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "PluginFailure";
    this.code = code;
    this.pluginId = details.pluginId;
    this.retryAt = details.retryAt ?? null;
    this.scope = details.scope ?? null;
    this.fields = details.fields ?? [];
    this.outcome = details.outcome ?? "failed";
    this.publicMessage = details.publicMessage ?? null;
    this.upstream = details.upstream ?? {};
    this.usage = details.usage ?? null;
  }
}
