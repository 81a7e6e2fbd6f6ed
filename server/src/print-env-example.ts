import minimax from "@musicverse/plugin-minimax";
import spotify from "@musicverse/plugin-spotify";
import stripe from "@musicverse/plugin-stripe";
import { sections } from "./config.ts";
import { envExample } from "./platform/config/index.ts";
import { pluginEnvExample } from "./platform/plugins/env-example.ts";

process.stdout.write(
  [envExample(sections), pluginEnvExample(minimax), pluginEnvExample(spotify), pluginEnvExample(stripe)].join("\n"),
);
