import { PluginError, throwForStatus, type HttpResponse } from "@musicverse/plugin-kit";

/** Spotify's statuses mean what they say but for 403: the app may not act for this person, whatever is tried. */
export function throwForAnswer(response: HttpResponse): never {
  if (response.status === 403) {
    throw new PluginError(
      "PERMANENT",
      "Spotify answered 403: in development mode only people listed in the dashboard may use the app",
      {
        upstream: { status: 403 },
        publicMessage: "Spotify does not let this app act for you.",
      },
    );
  }
  throwForStatus(response, { rateLimitScope: "app", unauthorized: "AUTH_EXPIRED" });
}
