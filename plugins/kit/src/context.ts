import type { BlobSource, StoredFile } from "./files.ts";

/** What a plugin function is given, and all it is given: no database, no Redis, no refresh token, no other tenant. */
export interface PluginContext<Config = Readonly<Record<string, unknown>>> {
  /** Whose work this is. `mode: "test"` is a sandbox account: the host has put the simulator behind `http`. */
  readonly account: { readonly id: string; readonly mode: "live" | "test" };
  /** The operator's settings, parsed by the manifest's `config` fields. */
  readonly config: Config;
  /** The only way out. Adds the credential; refuses undeclared hosts; bounds time and size; follows no redirect. */
  readonly http: PluginHttp;
  readonly log: PluginLog;
  /** Aborts on cancel and at the call's deadline; the function must end within 250 ms of it. */
  readonly signal: AbortSignal;
  readonly clock: { now(): Date };
  /** The same for every try of one piece of work, different for every other piece. 1–255 printable characters. */
  readonly idempotencyKey: string;
  /** Tells the user how far the work is. `fraction` 0–1, never smaller than before. */
  emitProgress(fraction: number): void;
  readonly kv: PluginKv;
}

export interface PluginHttp {
  /**
   * Sends one request and reads the whole answer, whatever its status.
   * Throws PluginError `NETWORK` (no answer), `UPSTREAM` (answer over `maxBytes`) or `PERMANENT` (host not declared).
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Sends one request and streams the answer into the host's storage. `file` is null unless the status is 200 or 206:
   * then the answer was read as `request` reads it. Throws as `request`, and `PERMANENT` where the host keeps no files.
   */
  download(request: DownloadRequest): Promise<HttpDownload>;
}

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute; its host must be in the manifest's `hosts` or come from a `url()` or `hosts()` config field. */
  url: string;
  headers?: Record<string, string>;
  /** Sent as application/json; instead of `body`. */
  json?: unknown;
  /** A file is sent as it is read, with its size as Content-Length and, unless `headers` say another, its type. */
  body?: string | Uint8Array | BlobSource;
  /** Add the manifest's `auth`. Default true; false for a download from somebody else's storage. */
  credential?: boolean;
  /**
   * For the whole exchange, within the call's deadline. Where a file is streamed: for the head of the answer, from the
   * moment at which the request is sent. Default 30,000.
   */
  timeoutMs?: number;
  /** Where a file is streamed: the longest pause in which no byte moves. Default 30,000. */
  stallMs?: number;
  /** Largest accepted answer. Default 10 MiB. */
  maxBytes?: number;
}

export interface DownloadRequest extends HttpRequest {
  /** Largest accepted file. A larger one is refused as soon as the provider announces or sends it. */
  maxBytes: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /**
   * When the provider wants the next try, from Retry-After in any form and its relatives; null when it does not say.
   */
  readonly retryAt: Date | null;
  text(): string;
  /** Throws PluginError `UPSTREAM` when the answer is not JSON. */
  json(): unknown;
  /** What went out of a body that is a file, to be compared with what the provider says it got; null for other bodies. */
  readonly sent: SentBody | null;
}

export interface SentBody {
  readonly bytes: number;
  /** In lower-case hexadecimal digits. */
  readonly sha256: string;
}

export interface HttpDownload extends HttpResponse {
  readonly file: StoredFile | null;
}

/** Never log user content (prompts, lyrics, names) or credentials: the host masks what it knows, the suite looks. */
export interface PluginLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** A cache for this plugin and this account. Entries may disappear at any time; it is no place for truth. */
export interface PluginKv {
  get(key: string): Promise<string | null>;
  /** `ttlSeconds` 1–86,400. */
  set(key: string, value: string, options: { ttlSeconds: number }): Promise<void>;
  delete(key: string): Promise<void>;
}
