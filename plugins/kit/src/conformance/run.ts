import type { DownloadRequest, HttpRequest, PluginContext } from "../context.ts";
import { PluginError } from "../errors.ts";
import { isBlobSource } from "../files.ts";
import {
  bodyOf,
  destinationOf,
  egressOf,
  headersFor,
  httpResponse,
  type Egress,
  type RawAnswer,
} from "../http-rules.ts";
import { parseConfig } from "../parse-config.ts";
import type { SuiteCase } from "./cases.ts";
import { now } from "./clock.ts";
import { bytesOf, fileOf, sentBody } from "./files.ts";
import type { Subject } from "./subject.ts";

/** Answers requests in place of the provider; rejecting means that no answer came. */
export type Upstream = (request: HttpRequest, signal: AbortSignal) => Promise<RawAnswer>;

export interface Call {
  /** Default: the case's good answers. */
  upstream?: Upstream;
  /** Default: the case's own. */
  input?: unknown;
  accountId?: string;
  idempotencyKey?: string;
  signal?: AbortSignal;
  config?: Record<string, string>;
  /** With `oauth2`: the person's token. */
  accessToken?: string;
  /** Where a simulator stands in for the declared hosts. */
  standIn?: string;
}
interface SentRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}
export interface Outcome {
  /** What the function returned, unchecked; undefined when it threw. */
  output: unknown;
  /** What it threw, undefined when it returned. */
  error: unknown;
  requests: SentRequest[];
  refusedUrls: string[];
  log: string;
}

/** The provider as the plugin's author describes it, in a good mood. */
export const goodUpstream =
  ({ answer }: SuiteCase): Upstream =>
  async (request) =>
    answer(request);

export const emptyOutcome = (): Outcome => ({
  output: undefined,
  error: undefined,
  requests: [],
  refusedUrls: [],
  log: "",
});

/** Runs a case in a context like the host's, but with nothing behind it. Never rejects. */
export async function run(subject: Subject, of: SuiteCase, call: Call = {}): Promise<Outcome> {
  const outcome = emptyOutcome();
  const ctx = contextFor(subject, { upstream: goodUpstream(of), ...call }, outcome);
  try {
    outcome.output = await of.run(ctx, call.input ?? of.input);
  } catch (error) {
    outcome.error = error ?? new Error(`threw ${String(error)}`);
  }
  return outcome;
}

type CallWithUpstream = Call & Required<Pick<Call, "upstream">>;

export function contextFor({ plugin, options }: Subject, call: CallWithUpstream, outcome: Outcome): PluginContext {
  const { config } = parseConfig(plugin, call.config ?? options.config);
  const egress = { ...egressOf(plugin, config), ...(call.standIn !== undefined && { standIn: call.standIn }) };
  const accountId = call.accountId ?? "account-1";
  const accessToken = call.accessToken ?? `access-canary-of-${accountId}`;
  const signal = call.signal ?? new AbortController().signal;
  const line = (message: string, fields?: unknown): void => void (outcome.log += `${message} ${shown(fields)}\n`);
  const entries = new Map<string, string>();
  const request = async (wish: HttpRequest) => {
    const { url, destination } = reachable(plugin.id, egress, wish.url, outcome);
    const headers = headersFor(plugin, config, wish, url, accessToken);
    const body = bodyOf(wish);
    const bytes = await bytesOf(body);
    outcome.requests.push({ method: wish.method, url: url.href, headers, body: String(bytes ?? "") });
    const went = { ...wish, url: destination.href, headers };
    const answer = await answered(call.upstream, went, signal);
    return httpResponse({ ...answer, sent: bytes && isBlobSource(body) ? sentBody(bytes) : null }, now);
  };
  const download = async (wish: DownloadRequest) => {
    const response = await request(wish);
    const { status, headers, bytes } = response;
    if (status !== 200 && status !== 206) return { ...response, file: null };
    const file = fileOf(Buffer.from(bytes), headers["content-type"]);
    return { ...response, bytes: new Uint8Array(0), file };
  };
  return {
    account: { id: accountId, mode: "live" },
    config,
    http: { request, download },
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

function reachable(id: string, egress: Egress, text: string, outcome: Outcome): { url: URL; destination: URL } {
  const url = URL.parse(text);
  const destination = url && destinationOf(egress, url);
  if (destination) return { url, destination };
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
