import type { PluginErrorCode, Outcome } from "../errors.ts";
import type { HttpRequest } from "../context.ts";
import type { generationInput, GenerationKind } from "../generation.ts";
import type { RawAnswer } from "../http-rules.ts";
import type { AnyPlugin } from "../plugin.ts";
import type { WebhookDelivery } from "../webhooks.ts";
import type { z } from "zod";

/** What the suite needs to know of a plugin to judge it. */
export interface ConformanceOptions {
  /** The plugin's entry: `import.meta.resolve("./src/index.ts")`. */
  module: string;
  /** Its package.json, to be compared with the manifest; left out for a plugin that is no package (yet). */
  packageJson?: string;
  /** Arguments for the Node that imports the module, e.g. `--conditions=…`. */
  nodeArguments?: string[];
  /** Settings that satisfy the manifest. Secrets made up, and as long as real ones. */
  config: Record<string, string>;
  /** Inputs for `generate`, at least one of each kind that the plugin makes; left out for a plugin without `generation`. */
  inputs?: [z.input<typeof generationInput>, ...z.input<typeof generationInput>[]];
  /** For a plugin with `webhooks`. */
  webhooks?: WebhookSamples;
  /** A good answer of the provider, as small as can be: it is given thousands of times. */
  answer: (request: HttpRequest) => RawAnswer;
  /** What the provider may answer instead, and the code that it must become. */
  errors: [ErrorCase, ...ErrorCase[]];
  /** How many calls the heap must survive. Default 10,000. */
  calls?: number;
}

export interface WebhookSamples {
  /**
   * What the provider sends at `at`, signed with the secret of `config`. The same `event` twice is the same event sent
   * again: signed anew, the rest as before.
   */
  deliver: (event: "first" | "second", at: Date, config: Readonly<Record<string, string>>) => WebhookDelivery;
  /** The settings with another secret, as a forger would guess it. */
  otherConfig: Record<string, string>;
  /** The header that holds the signature, in lower case. */
  signatureHeader: string;
}

export interface ErrorCase {
  name: string;
  /** The kind of generation that it is an answer to; left out: each. */
  kind?: GenerationKind;
  /** `reset`: the connection is cut after the request was sent. */
  answer: RawAnswer | "reset";
  code: PluginErrorCode;
  /** The wanted time of the next try, in seconds from now. */
  retryAfterSeconds?: number;
  /** The wanted declaration; `undefined` checks nothing. */
  outcome?: Outcome;
}

export interface Subject {
  plugin: AnyPlugin;
  options: ConformanceOptions;
}

/** `calls`: a capability that asks the provider (generation, identity). */
type Need = "calls" | "generation" | "oauth2" | "webhooks";

export interface Rule {
  id: string;
  /** What a plugin must have for the rule to be about it; left out: every plugin. */
  needs?: Need;
  /** The guarantee, as a sentence. */
  title: string;
  /** Rejects with what is wrong and what to do. */
  check(subject: Subject): Promise<void>;
}

export function concerns({ needs }: Rule, { capabilities, auth }: AnyPlugin): boolean {
  switch (needs) {
    case undefined:
      return true;
    case "calls":
      return capabilities.generation !== undefined || capabilities.identity !== undefined;
    case "generation":
      return capabilities.generation !== undefined;
    case "oauth2":
      return auth?.kind === "oauth2";
    case "webhooks":
      return capabilities.webhooks !== undefined;
  }
}

/** An answer with a JSON body. */
export const jsonAnswer = (status: number, body: unknown, headers: Record<string, string> = {}): RawAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  bytes: new TextEncoder().encode(JSON.stringify(body)),
});

/** An answer with any text. */
export const textAnswer = (status: number, text: string, headers: Record<string, string> = {}): RawAnswer => ({
  status,
  headers: { "content-type": "text/html", ...headers },
  bytes: new TextEncoder().encode(text),
});
