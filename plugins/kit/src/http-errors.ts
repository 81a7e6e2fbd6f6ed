import type { HttpResponse } from "./context.ts";
import { PluginError, type RateLimitScope } from "./errors.ts";

/**
 * The usual reading of an HTTP status that is no success, for plugins whose provider says nothing more precise.
 * Throws always. 502 and 504 come from a gateway that may have lost the answer of finished work: outcome unknown.
 */
export function throwForStatus(
  response: HttpResponse,
  options: { rateLimitScope: RateLimitScope; unauthorized: "AUTH_EXPIRED" | "AUTH_REVOKED" },
): never {
  const { status } = response;
  const message = `the provider answered ${status}`;
  const upstream = { status };
  if (status === 401) throw new PluginError(options.unauthorized, message, { upstream });
  if (status === 402 || status === 403) throw new PluginError("PERMANENT", message, { upstream });
  if (status === 404 || status === 409 || status === 410) throw new PluginError("CONFLICT", message, { upstream });
  if (status === 400 || status === 413 || status === 415 || status === 422) {
    throw new PluginError("VALIDATION", message, { upstream, fields: [] });
  }
  if (status === 408) throw new PluginError("NETWORK", message, { upstream, outcome: "failed" });
  if (status === 429) {
    throw new PluginError("RATE_LIMIT", message, {
      upstream,
      retryAt: response.retryAt,
      scope: options.rateLimitScope,
    });
  }
  if (status === 451) throw new PluginError("CONTENT_POLICY", message, { upstream });
  if (status === 503) {
    throw response.retryAt
      ? new PluginError("RATE_LIMIT", message, { upstream, retryAt: response.retryAt, scope: "provider" })
      : new PluginError("NETWORK", message, { upstream, outcome: "failed" });
  }
  if (status === 502 || status === 504) throw new PluginError("NETWORK", message, { upstream, outcome: "unknown" });
  if (status >= 500) throw new PluginError("UPSTREAM", message, { upstream, outcome: "failed" });
  if (status >= 400) throw new PluginError("PERMANENT", message, { upstream });
  throw new PluginError("UPSTREAM", `${message}, which is neither success nor error`, { upstream, outcome: "unknown" });
}
