import { definePlugin, oauth2 } from "@musicverse/plugin-kit";
import manifest from "../package.json" with { type: "json" };
import { settings } from "./settings.ts";
import { simulatedClient } from "./simulator/client.ts";
import { whoami } from "./whoami.ts";

export default definePlugin({
  id: "spotify",
  version: manifest.version,
  kit: "^0.1.0",
  name: "Spotify",
  docs: "https://developer.spotify.com/documentation/web-api/concepts/apps",
  config: settings,
  hosts: ["accounts.spotify.com", "api.spotify.com"],
  auth: oauth2({
    authorizeUrl: "https://accounts.spotify.com/authorize",
    tokenUrl: "https://accounts.spotify.com/api/token",
    scopes: ["user-read-email"],
    onlyTo: ["api.spotify.com"],
  }),
  capabilities: { identity: { whoami } },
  simulator: {
    config: () => simulatedClient,
    load: async () => (await import("./simulator/index.ts")).createSpotifySimulator,
  },
});
