import type { components } from "../../generated/openapi.types.ts";
import type { PluginFailure } from "../../platform/plugins/index.ts";

/** Why a generation failed, for its owner. Internal texts stay in the log. */
export type GenerationError = NonNullable<components["schemas"]["Generation"]["error"]>;

export const providerUnknown: GenerationError = {
  code: "provider_unknown",
  message:
    "The provider was asked, but its answer was lost, and asking again could be billed twice. Start a new generation.",
};

export const deadlineExceeded: GenerationError = {
  code: "provider_unavailable",
  message: "The provider did not take the request within an hour. Try again later.",
};

export const internalError: GenerationError = {
  code: "internal_error",
  message: "Something went wrong on our side. Try again; if it goes on, tell the operator the generation's id.",
};

/** A plugin's coded failure → what the owner reads. */
export function generationError(failure: PluginFailure): GenerationError {
  if (failure.outcome === "unknown") return providerUnknown;
  switch (failure.code) {
    case "CONTENT_POLICY":
      return {
        code: "content_policy",
        message:
          failure.publicMessage ?? "The provider refuses this text for its content policy. Change what you asked for.",
      };
    case "VALIDATION": {
      const fields = failure.fields.map(({ field, message }) => `${field}: ${message}`).join("; ");
      return {
        code: "provider_rejected",
        message: failure.publicMessage ?? `The provider refuses the request. ${fields}`.trim(),
      };
    }
    case "UNAVAILABLE":
      return {
        code: "plugin_unavailable",
        message: "The plugin for this model is not installed or not configured. Ask the operator.",
      };
    case "PLUGIN_BUG":
      return internalError;
    default:
      return {
        code: "provider_unavailable",
        message: failure.publicMessage ?? "The provider could not do it now. Try again later.",
      };
  }
}
