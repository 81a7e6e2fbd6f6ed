import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  bearerKey,
  definePlugin,
  secret,
  url,
  type AnyPlugin,
  type GenerationCapability,
  type GenerationOutput,
} from "@musicverse/plugin-kit";
import { pino } from "pino";
import { Agent } from "undici";
import { createPluginHost, type PluginHostOptions } from "./create-host.ts";
import type { PluginCall } from "./plugin-host.ts";
import type { PluginSource } from "./plugin-source.ts";

/** For this folder's tests: a plugin whose `generate` each test writes itself, a provider, and a host around both. */

export const song: GenerationOutput = {
  kind: "music",
  audio: new Uint8Array([1, 2, 3]),
  format: "wav",
  model: "one",
  lyrics: null,
  durationMs: null,
  providerReference: null,
  costMicros: null,
};

export function pluginWith(
  generation: Partial<GenerationCapability> = {},
  manifest: Partial<AnyPlugin> = {},
): AnyPlugin {
  const whole = {
    models: () => [{ id: "one", kind: "music" as const, name: "One", default: true }],
    generate: async () => ({ done: song }),
    ...generation,
  };
  const plugin: AnyPlugin = definePlugin({
    id: "tester",
    version: "1.0.0",
    kit: "^0.1.0",
    name: "Tester",
    docs: "https://example.com/docs",
    config: {
      apiKey: secret({ description: "Key of the test provider.", example: "key-0123456789" }),
      baseUrl: url({ description: "Address of the test provider.", example: "https://api.example.com" }),
    },
    hosts: ["api.example.com"],
    auth: bearerKey({ field: "apiKey", onlyTo: "baseUrl" }),
    capabilities: { generation: whole },
  });
  return { ...plugin, ...manifest };
}

export const secretKey = "key-canary-0123456789";

/** A source in memory: name → what the package exports, or how loading goes wrong. */
export const sourceOf = (packages: Record<string, { exports: () => unknown; kit?: string | null }>): PluginSource => ({
  find: (name) =>
    packages[name]
      ? { packageName: name, version: "1.0.0", kit: packages[name].kit === undefined ? "^0.1.0" : packages[name].kit }
      : null,
  load: async (name) => packages[name]?.exports(),
});

export function hostFor(plugin: AnyPlugin, baseUrl: string, options: Partial<PluginHostOptions> = {}) {
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  const agent = new Agent();
  const host = createPluginHost({
    plugins: [plugin.id],
    settings: { TESTER_API_KEY: secretKey, TESTER_BASE_URL: baseUrl },
    source: sourceOf({ [plugin.id]: { exports: () => ({ default: plugin }) } }),
    log,
    clock: { now: () => new Date() },
    guardedDispatcher: () => agent,
    ...options,
  });
  return host.then((ready) => ({
    host: ready,
    lines,
    close: async () => Promise.all([ready.close(), agent.destroy()]),
  }));
}

export const input = {
  kind: "music" as const,
  prompt: "prompt-canary of a rainy night",
  lyrics: "first lyrics-canary\nsecond",
};

export const callOf = (more: Partial<PluginCall> = {}): PluginCall => ({
  account: { id: "a-1", mode: "live" },
  signal: new AbortController().signal,
  idempotencyKey: "piece-1",
  ...more,
});

/** A provider that answers as told. */
export async function provider(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}
