import { checkApiKey } from "./api-key.ts";
import { MusicVerseError } from "./errors.ts";
import type { Mode } from "./generated/types.ts";
import type { RequestHook, ResponseHook } from "./transport/hooks.ts";
import type { LogHook } from "./transport/log.ts";
import { fromEnvironment } from "./transport/runtime.ts";

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /**
   * API key (`amv_live_…`, `amv_test_…`) or session token. Default: `MUSICVERSE_API_KEY` of the environment; null for
   * none, enough to sign up or in.
   */
  apiKey?: string | null | undefined;
  /** Default: `MUSICVERSE_BASE_URL` of the environment, else `https://api.musicverse.dev`. */
  baseUrl?: string | undefined;
  /** Only with a session token: `test` acts on the sandbox. An API key belongs to one of them and needs no mode. */
  mode?: Mode | undefined;
  /** Limit of one try, answer included, in milliseconds; 0 is none. Default 60,000 (uploads: 600,000). */
  timeoutMs?: number | undefined;
  /** Tries after the first one; 0 is none. Default 2. */
  retriesMax?: number | undefined;
  /** Replaces the global fetch: a proxy, a test double, instrumentation. */
  fetch?: FetchLike | undefined;
  /** Told about every answer, retry and failure; never about a secret, a header or a body. */
  log?: LogHook | undefined;
  /** Told about every try before it is sent, for metrics and traces; secrets are hidden. */
  onRequest?: RequestHook | undefined;
  /** Told about every answer; secrets are hidden. */
  onResponse?: ResponseHook | undefined;
  /** Sent with every request. */
  defaultHeaders?: Record<string, string> | undefined;
}

/** Last argument of every method. */
export interface RequestOptions {
  /** Limit of one try, answer included, in milliseconds; 0 is none. */
  timeoutMs?: number | undefined;
  /** Tries after the first one; 0 is none. */
  retriesMax?: number | undefined;
  /** Made anew for each call when absent. Choose your own to make a call safe to repeat after a crash of yours. */
  idempotencyKey?: string | undefined;
  /** Ends the call, its pauses between tries included; it then rejects with the signal's reason. */
  signal?: AbortSignal | null | undefined;
  /** Added to, or with null removed from, what is sent. */
  headers?: Record<string, string | null | undefined> | undefined;
  mode?: Mode | undefined;
}

export interface ResolvedOptions {
  apiKey: string | null;
  baseUrl: string;
  mode: Mode | undefined;
  timeoutMs: number | undefined;
  retriesMax: number;
  fetch: FetchLike;
  log: LogHook | undefined;
  onRequest: RequestHook | undefined;
  onResponse: ResponseHook | undefined;
  defaultHeaders: Record<string, string>;
}

const DEFAULT_BASE_URL = "https://api.musicverse.dev";
const DEFAULT_RETRIES = 2;

export function resolveOptions(options: ClientOptions): ResolvedOptions {
  const apiKey = options.apiKey === undefined ? (fromEnvironment("MUSICVERSE_API_KEY") ?? null) : options.apiKey;
  if (apiKey !== null) checkApiKey(apiKey);
  // A name or value that cannot be sent throws here, and not at each call.
  void new Headers(options.defaultHeaders);
  checkAmount("timeoutMs", options.timeoutMs);
  checkAmount("retriesMax", options.retriesMax);
  return {
    apiKey,
    baseUrl: parseBaseUrl(options.baseUrl ?? fromEnvironment("MUSICVERSE_BASE_URL") ?? DEFAULT_BASE_URL),
    mode: options.mode,
    timeoutMs: options.timeoutMs,
    retriesMax: options.retriesMax ?? DEFAULT_RETRIES,
    // Looked up at each call, so that a fetch that is replaced later (instrumentation, tests) is used.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    log: options.log,
    onRequest: options.onRequest,
    onResponse: options.onResponse,
    defaultHeaders: { ...options.defaultHeaders },
  };
}

/** The options of a copy of a client: what `changes` leaves undefined stays as it was. */
export function mergeOptions(options: ClientOptions, changes: ClientOptions): ClientOptions {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...options, ...(Object.fromEntries(given) as ClientOptions) };
}

/** Options come from configuration and plain JavaScript too: NaN would switch a limit off without a word. */
export function checkAmount(name: string, value: number | undefined): void {
  if (value === undefined || (typeof value === "number" && value >= 0)) return;
  throw new MusicVerseError(`${name} must be a number of at least 0, got ${String(value)}`);
}

function parseBaseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new MusicVerseError(`baseUrl is not a URL: give it with its scheme, for example ${DEFAULT_BASE_URL}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new MusicVerseError(`baseUrl must start with https:// or http://, got ${url.protocol}//`);
  if (url.search || url.hash || url.username)
    throw new MusicVerseError("baseUrl may hold a host and a path, but no credentials, query or fragment");
  return url.href.replace(/\/+$/, "");
}
