import { bearerKey, definePlugin } from "@musicverse/plugin-kit";
import manifest from "../package.json" with { type: "json" };
import { generate } from "./generate.ts";
import { models } from "./models.ts";
import { settings } from "./settings.ts";

export default definePlugin({
  id: "minimax",
  version: manifest.version,
  kit: "^0.1.0",
  name: "MiniMax",
  docs: "https://platform.minimax.io/user-center/basic-information/interface-key",
  config: settings,
  hosts: [], // Regions have their own hosts: baseUrl and audioHosts decide.
  auth: bearerKey({ field: "apiKey", onlyTo: "baseUrl" }),
  limits: { app: { max: 120, perSeconds: 60, concurrent: 20 } },
  capabilities: {
    // MiniMax publishes neither an idempotency key nor a way to ask for a lost answer: no retrySafety, no resolve.
    generation: { models, generate },
  },
  simulator: {
    config: (origin) => ({ apiKey: "sk-sim-0123456789", baseUrl: origin }),
    load: async () => (await import("./simulator/index.ts")).createMinimaxSimulator,
  },
});
