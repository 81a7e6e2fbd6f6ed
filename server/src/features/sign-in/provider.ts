import { ProblemError } from "../../platform/http/problem.ts";
import { PluginFailure, type PluginCall } from "../../platform/plugins/index.ts";
import type { SignInDeps } from "./deps.ts";

/** The plugin that people sign in with. */
export const spotify = "spotify";

/** Whom the provider is asked about: the real one where it is configured, in development its simulator. Throws plugin_unavailable. */
export function modeOf({ plugins, config }: Pick<SignInDeps, "plugins" | "config">): "live" | "test" {
  if (plugins.ready(spotify, "live")) return "live";
  if (config.signInSimulator && plugins.ready(spotify, "test")) return "test";
  throw unavailable(
    "Sign-in with Spotify is not configured on this server: set SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.",
  );
}

/** A call for somebody whose account is not known yet. */
export const callOf = (mode: "live" | "test", piece: string, requestId: string, signal: AbortSignal): PluginCall => ({
  account: { id: "none", mode },
  signal,
  idempotencyKey: piece,
  requestId,
});

/** The provider refused the code or the person: 401, told like any other wrong half. Its trouble: 503. Bugs stay bugs. */
export function problemOf(error: unknown): unknown {
  if (!(error instanceof PluginFailure) || error.code === "PLUGIN_BUG") return error;
  const refused = error.code === "AUTH_REVOKED" || error.code === "AUTH_EXPIRED" || error.code === "PERMANENT";
  if (refused)
    return new ProblemError("sign_in_rejected", {
      cause: error,
      ...(error.publicMessage !== null && { detail: error.publicMessage }),
    });
  return unavailable("Spotify is not responding at the moment. Try again in a minute.", error);
}

const unavailable = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError("plugin_unavailable", { detail, cause, headers: { "Retry-After": "60" } });
