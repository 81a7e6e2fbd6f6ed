import minimax from "@musicverse/plugin-minimax";
import { pluginEnvExample } from "../plugins/env-example.ts";
import { envExample } from "./env-example.ts";

process.stdout.write(`${envExample()}\n${pluginEnvExample(minimax)}`);
