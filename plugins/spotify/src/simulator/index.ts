import { createHash } from "node:crypto";
import type { Simulator, SimulatorOptions } from "@musicverse/plugin-kit";
import { createSimulator, oauthProvider } from "@musicverse/plugin-kit/simulator";
import { simulatedClient } from "./client.ts";
import { RollingLimit } from "./rolling-limit.ts";

/** Spotify counts an app's calls in the last 30 seconds; it publishes no number, this one is ours. */
const limit = { max: 180, windowMs: 30_000 };

/** Spotify's accounts and Web API in miniature: people sign in with any address, and each is somebody of their own. */
export function createSpotifySimulator(options: SimulatorOptions = {}): Simulator {
  return createSimulator(
    options,
    ({ app, work }) => {
      const calls = new RollingLimit(limit);
      const grantOf = oauthProvider(app, {
        name: "Spotify",
        authorizePath: "/authorize",
        tokenPath: "/api/token",
        ...simulatedClient,
        checkRedirectUri,
      });
      app.get("/v1/me", async (request, response) => {
        const waitSeconds = calls.take(Date.now());
        if (waitSeconds > 0) {
          response.set("Retry-After", String(waitSeconds));
          return void response.status(429).json(error(429, "API rate limit exceeded"));
        }
        const grant = grantOf(request);
        if (!grant) return void response.status(401).json(error(401, "The access token expired"));
        await work(50);
        response.json(person(grant.login, grant.scopes));
      });
    },
    {
      faults: {
        not_listed: (_request, response) =>
          void response.status(403).json(error(403, "User not registered in the Developer Dashboard")),
        no_address: (_request, response) =>
          void response.json({ ...person("listener@example.com", []), display_name: null }),
      },
    },
  );
}

const error = (status: number, message: string) => ({ error: { status, message } });

/** https, or a loopback address over http; the name localhost is refused (since April 2025). */
function checkRedirectUri(uri: URL): string | null {
  const loopback = uri.hostname === "127.0.0.1" || uri.hostname === "[::1]";
  return uri.protocol === "https:" || (uri.protocol === "http:" && loopback) ? null : "Insecure redirect URI";
}

function person(login: string, scopes: readonly string[]) {
  const id = createHash("sha256").update(login.toLowerCase()).digest("hex").slice(0, 25);
  const [name = login] = login.split("@");
  return {
    account_id: createHash("sha256").update(`account of ${login.toLowerCase()}`).digest("base64url").slice(0, 22),
    display_name: name,
    ...(scopes.includes("user-read-email") && { email: login }),
    external_urls: { spotify: `https://open.spotify.com/user/${id}` },
    href: `https://api.spotify.com/v1/users/${id}`,
    id,
    images: [],
    type: "user",
    uri: `spotify:user:${id}`,
  };
}
