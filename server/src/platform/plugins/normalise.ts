import { isPluginError, type Outcome, type RetrySafety } from "@musicverse/plugin-kit";
import type { CallResult } from "./breaker.ts";
import { DeadlineError } from "./call-function.ts";
import { PluginFailure, type PluginFailureCode } from "./failure.ts";
import { maskError, type Mask } from "./mask.ts";
import type { Traffic } from "./plugin-http.ts";

interface Circumstances {
  pluginId: string;
  traffic: Traffic;
  retrySafety: RetrySafety;
  mask: Mask;
}

/** Anything thrown by a call → PluginFailure with texts that can be logged. No PluginError means PLUGIN_BUG. */
export function normalise(error: unknown, circumstances: Circumstances): PluginFailure {
  if (error instanceof PluginFailure) return error;
  const { pluginId, mask } = circumstances;
  const cause = maskError(error, mask);
  const message = `${pluginId}: ${cause.message}`;
  if (error instanceof DeadlineError) {
    return new PluginFailure("NETWORK", message, {
      pluginId,
      outcome: outcomeOf("NETWORK", null, circumstances),
      cause,
    });
  }
  if (!isPluginError(error)) {
    return new PluginFailure("PLUGIN_BUG", message, {
      pluginId,
      outcome: outcomeOf("PLUGIN_BUG", null, circumstances),
      cause,
    });
  }
  const { code, retryAt, scope, fields, publicMessage, upstream, usage } = error;
  const outcome = outcomeOf(code, error.outcome, circumstances);
  return new PluginFailure(code, message, {
    pluginId,
    retryAt,
    scope,
    fields,
    publicMessage,
    upstream,
    usage,
    outcome,
    cause,
  });
}

const mayHaveHappened: ReadonlySet<PluginFailureCode> = new Set(["NETWORK", "UPSTREAM", "PLUGIN_BUG"]);

/**
 * What the plugin says, or: unknown when a changing request was sent and its answer is missing, or was a success that
 * could not be used. Where repeating is safe nothing is ever unknown.
 */
function outcomeOf(
  code: PluginFailureCode,
  declared: Outcome | null,
  { traffic, retrySafety }: Circumstances,
): Outcome {
  if (retrySafety !== "billable") return "failed";
  if (declared !== null) return declared;
  const reached = traffic.unanswered > 0 || traffic.succeeded > 0;
  return mayHaveHappened.has(code) && reached ? "unknown" : "failed";
}

/** What a failed call says about the provider's health. */
export function healthOf(failure: PluginFailure, traffic: Traffic): CallResult {
  if (failure.code === "NETWORK" || failure.code === "UPSTREAM") return "failure";
  const neutral = failure.code === "RATE_LIMIT" || failure.code === "PLUGIN_BUG" || traffic.sent === 0;
  return neutral ? "neutral" : "success";
}
