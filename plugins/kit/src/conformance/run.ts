import type { HttpRequest, PluginContext } from "../context.ts";
import { PluginError } from "../errors.ts";
import { generationInput, type GenerationInput } from "../generation.ts";
import { bodyOf, egressOf, headersFor, httpResponse, mayReach, type Egress, type RawAnswer } from "../http-rules.ts";
import { parseConfig } from "../parse-config.ts";
import type { Subject } from "./subject.ts";

/** The moment at which the suite's clock stands. */
export const now = new Date("2026-06-01T12:00:00Z");

/** Answers requests in place of the provider; rejecting means that no answer came. */
export type Upstream = (request: HttpRequest, signal: AbortSignal) => Promise<RawAnswer>;

export interface Call {
  upstream: Upstream;
  input?: GenerationInput;
  accountId?: string;
  idempotencyKey?: string;
  signal?: AbortSignal;
  config?: Record<string, string>;
}
interface SentRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}
export interface Outcome {
  /** What `generate` returned, unchecked; undefined when it threw. */
  output: unknown;
  /** What it threw, undefined when it returned. */
  error: unknown;
  requests: SentRequest[];
  refusedUrls: string[];
  log: string;
}

export const firstInput = ({ options }: Subject): GenerationInput => generationInput.parse(options.inputs[0]);
/** The provider as the plugin's author describes it, in a good mood. */
export const goodUpstream =
  ({ options }: Subject): Upstream =>
  async (request) =>
    options.answer(request);

/** One call of `generate` in a context like the host's, but with nothing behind it. Never rejects. */
export async function run(subject: Subject, call: Call): Promise<Outcome> {
  const outcome: Outcome = { output: undefined, error: undefined, requests: [], refusedUrls: [], log: "" };
  const ctx = contextFor(subject, call, outcome);
  try {
    outcome.output = await generationOf(subject).generate(ctx, call.input ?? firstInput(subject));
  } catch (error) {
    outcome.error = error ?? new Error(`threw ${String(error)}`);
  }
  return outcome;
}

export function generationOf({ plugin }: Subject) {
  const { generation } = plugin.capabilities;
  if (!generation) throw new Error(`${plugin.id} has no capability that this suite knows`);
  return generation;
}

export function contextFor({ plugin, options }: Subject, call: Call, outcome: Outcome): PluginContext {
  const { config } = parseConfig(plugin, call.config ?? options.config);
  const egress = egressOf(plugin, config);
  const signal = call.signal ?? new AbortController().signal;
  const line = (message: string, fields?: unknown): void => void (outcome.log += `${message} ${shown(fields)}\n`);
  const entries = new Map<string, string>();
  const request = async (wish: HttpRequest) => {
    const url = reachable(plugin.id, egress, wish.url, outcome);
    const headers = headersFor(plugin, config, wish, url);
    outcome.requests.push({ method: wish.method, url: url.href, headers, body: String(bodyOf(wish) ?? "") });
    return httpResponse(await answered(call.upstream, { ...wish, headers }, signal), now);
  };
  return {
    account: { id: call.accountId ?? "account-1", mode: "live" },
    connection: null,
    config,
    http: { request },
    log: { debug: line, info: line, warn: line, error: line },
    signal,
    clock: { now: () => now },
    idempotencyKey: call.idempotencyKey ?? "piece-1",
    emitProgress: () => undefined,
    kv: {
      get: async (key) => entries.get(key) ?? null,
      set: async (key, value) => void entries.set(key, value),
      delete: async (key) => void entries.delete(key),
    },
  };
}

function reachable(id: string, egress: Egress, text: string, outcome: Outcome): URL {
  const url = URL.parse(text);
  if (url && mayReach(egress, url)) return url;
  outcome.refusedUrls.push(text);
  throw new PluginError("PERMANENT", `${text} is not among the hosts that ${id} declares`);
}

async function answered(upstream: Upstream, wish: HttpRequest, signal: AbortSignal): Promise<RawAnswer> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([upstream(wish, signal), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Everything that a log line could give away: errors with their stacks and causes, and nested fields. */
export function shown(value: unknown): string {
  if (value instanceof Error) {
    const own = Object.entries(value).filter(([name]) => name !== "cause");
    return `${value.stack ?? value.message} ${shown(Object.fromEntries(own))} ${shown(value.cause)}`;
  }
  return value === undefined
    ? ""
    : (JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Error ? shown(inner) : inner)) ?? "");
}
