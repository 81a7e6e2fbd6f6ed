import type { PluginErrorCode, Outcome } from "../errors.ts";
import type { HttpRequest } from "../context.ts";
import type { RawAnswer } from "../http-rules.ts";
import type { AnyPlugin } from "../plugin.ts";
import type {
  CapabilityFunction,
  CapabilityInput,
  CapabilityName,
  FunctionName,
  WebhookDelivery,
} from "../capabilities/index.ts";

/** What a plugin is good for; each level includes those before it. `levels` says what they mean. */
export type Level = "bronze" | "silver" | "gold";

/** One call that the suite makes of a plugin's function. */
export interface Case<Input> {
  input: Input;
  /** The provider's good answer to it; left out: the `answer` of the options. */
  answer?: (request: HttpRequest) => RawAnswer;
  /** False: the simulator cannot answer it, because it asks about something that this simulator never made. */
  simulated?: false;
}

/** By capability and function: `{ generation: { generate: [{ input: { kind: "music", prompt: "Bells" } }] } }`. */
export type Cases = {
  readonly [C in CapabilityName]?: {
    readonly [F in CapabilityFunction<C>]?: readonly Case<CapabilityInput<C, F>>[];
  };
};

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
  /** At least one case for each function that the plugin provides and that takes an input. Webhooks have samples instead. */
  cases?: Cases;
  /** For a plugin with `webhooks`. */
  webhooks?: WebhookSamples;
  /** A good answer of the provider, as small as can be: it is given thousands of times. */
  answer: (request: HttpRequest) => RawAnswer;
  /** What the provider may answer instead, and the code that it must become. */
  errors: [ErrorCase, ...ErrorCase[]];
  /** How many calls the heap must survive. Default 10,000. */
  calls?: number;
  /** The level that the plugin claims: the rules of higher ones are left out. Default `gold`. */
  level?: Level;
  /** Rules of this level that the plugin does not keep, by id, each with the reason: a sentence for whoever installs it. */
  bypass?: Readonly<Record<string, string>>;
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
  /** The function that gets this answer; left out: each. */
  function?: FunctionName;
  /** The kind (`music`) that was asked for; left out: each. */
  kind?: string;
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

export interface Rule {
  id: string;
  /** What a plugin must have for the rule to apply; `network`: a function that asks the provider. Left out: nothing. */
  needs?: CapabilityName | "network" | "oauth2";
  level: Level;
  /** The guarantee, as a sentence. */
  title: string;
  /** Rejects with what is wrong and what to do. */
  check(subject: Subject): Promise<void>;
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
