import minimax from "@musicverse/plugin-minimax";
import spotify from "@musicverse/plugin-spotify";
import stripe from "@musicverse/plugin-stripe";
import { pluginEnvExample } from "../plugins/env-example.ts";
import { envExample } from "./env-example.ts";

process.stdout.write(
  [envExample(), pluginEnvExample(minimax), pluginEnvExample(spotify), pluginEnvExample(stripe)].join("\n"),
);
