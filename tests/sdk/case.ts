/** One case of the table, as `GET /control/table` gives it. See README.md. */
export interface Case {
  /** What is guaranteed; unique in its group. */
  name: string;
  /** Name of the file it comes from. */
  group: string;
  /** Options of the client, beside its key and base URL. Absent: as a user gets them. */
  client?: ClientSettings;
  /** If given, the call goes through a copy of the client made with these options (`withOptions`). */
  with_options?: ClientSettings;
  /** What the backoff's random number is, 0 to 1; without it the runner takes the real one. */
  random?: number;
  call: Call;
  /** How often the same call is made, one after the other, on one client. Default 1. */
  times?: number;
  /**
   * When the caller gives up: before the call, when the first request has arrived, in the first pause, or after the first
   * event of a stream. An SDK with abort signals aborts, one with tasks cancels the task.
   */
  cancel?: "before" | "first_request" | "first_pause" | "first_event";
  /** Answers in the order of the requests; the last one repeats. `unreachable`: nothing listens there. */
  server: Step[] | "unreachable";
  expect: Expectation;
}

export interface ClientSettings {
  /** Null is none. Default `session-token`. */
  api_key?: string | null;
  mode?: "live" | "test";
  /** Milliseconds per try. */
  timeout_ms?: number;
  retries_max?: number;
  default_headers?: Record<string, string>;
}

export type Call = OperationCall | WaitCall | UnwrapCall;

export interface OperationCall {
  /** operationId of the contract. */
  operation: string;
  /** Ids of the path, in its order. */
  ids?: string[];
  /** Query parameters or the body; JSON names. A `file` is made as {@link FileParam} says. */
  params?: Record<string, unknown>;
  options?: CallOptions;
  /**
   * What is done with the result: awaited (default), iterated item by item, turned page by page by hand, taken with its raw
   * response, taken as the raw response alone, iterated as events, read as bytes, or written to a file.
   */
  read?: "value" | "items" | "pages" | "with_response" | "raw_response" | "events" | "bytes" | "file";
  /** By the method that gives the operation's CSV file: `getStatsCsv`, `get_stats_csv`. */
  csv?: true;
  /** Leaves the loop after so many items or events. */
  take?: number;
}

/** `generations.wait`. */
export interface WaitCall {
  wait: string;
  options?: CallOptions;
}

/** `unwrapWebhook`: no request is made. */
export interface UnwrapCall {
  unwrap: {
    /** UTF-8. */
    body: string;
    headers: Record<string, string>;
    secrets: string[];
    /** The clock, in seconds since 1970. */
    now: number;
    tolerance_ms?: number;
    /** The signature alone is checked (`verifyWebhook`), for bodies of any kind. */
    verify_only?: boolean;
  };
}

export interface CallOptions {
  timeout_ms?: number;
  retries_max?: number;
  idempotency_key?: string;
  mode?: "live" | "test";
  /** Null removes. */
  headers?: Record<string, string | null>;
}

/** A file to upload, given to the SDK in one of the ways it takes. */
export interface FileParam {
  from: "path" | "bytes" | "blob" | "stream";
  content: string;
  filename?: string;
  content_type?: string;
}

/** How one request is answered. Exactly one of the bodies, or none. */
export interface Step {
  status?: number;
  /** `{date+20s}` in a value becomes the HTTP date that many seconds after the moment of the answer. */
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  /** The contract's example answer of this operation, changed by `with`. */
  example?: string;
  with?: Record<string, unknown>;
  /** A problem with this code of the catalogue, with its status, changed by `with`. */
  problem?: string;
  /** A page of this list operation: items of the example, with these ids. `next` is the cursor behind it. */
  page?: { of: string; ids: string[]; next?: string | null; has_more?: boolean };
  /** An event stream, piece by piece as written. */
  stream?: string[];
  /**
   * How it ends. `close` (default): properly. `cut`: the connection breaks after what was sent; with a body of known
   * length that is half of it. `stay`: it stays open and silent after what was sent, half of a body. `refuse`: the
   * connection is closed without an answer. `hang`: no answer ever.
   */
  end?: "close" | "cut" | "stay" | "refuse" | "hang";
}

export type NumberExpectation = number | { at_least?: number; at_most?: number };

export interface Expectation {
  /** How many requests arrived, or what each was like. */
  requests?: number | RequestExpectation[];
  /** Header names that had one value, not empty, over all requests. */
  same_headers?: string[];
  /** Header names that had another value in each request. */
  different_headers?: string[];
  /** Every pause between tries, in milliseconds. */
  pauses_ms?: NumberExpectation[];
  /** The result has at least these members with these values (objects in objects likewise, lists entirely). */
  value?: unknown;
  /** Ids of the items, in order. */
  items?: string[];
  /** Ids of the items page by page. */
  pages?: string[][];
  events?: { event?: string; id?: string | null; data?: Record<string, unknown> }[];
  /** What was read or written, as text. */
  bytes?: string;
  /** Of the raw response. */
  response?: { status: number; request_id?: string | null; headers?: Record<string, string> };
  error?: ErrorExpectation;
  /** The call ends as the caller's own cancellation. */
  canceled?: true;
  /** The client closed the last connection before the server had finished. */
  closed_by_client?: true;
  /** What the log hook was told, in order, each with at least these members. */
  log?: LogExpectation[];
  /** What the hooks of requests and responses were told, in order. */
  hooks?: HookExpectation[];
  /** Texts that are in nothing the log, the hooks or the error's message say, in any case of letters. */
  never?: string[];
}

export interface RequestExpectation {
  method?: string;
  /** Without query, as it travelled. */
  path?: string;
  /** All of the query. */
  query?: Record<string, string>;
  /** Each value, or a regular expression that it matches between slashes; null: not sent. */
  headers?: Record<string, string | null>;
  json?: unknown;
  /** Parts of a form: text parts by value, file parts by members. */
  form?: Record<string, string | { content?: string; filename?: string; content_type?: string }>;
}

export interface ErrorExpectation {
  /** Class of that name; the SDKs share the names. A subclass counts. */
  class: string;
  status?: number;
  code?: string | null;
  request_id?: string | null;
  retry_after_ms?: number | null;
  errors?: { path: string; code: string; message: string }[];
  /** Of WebhookVerificationError. */
  reason?: string;
  /** Parts of the message. */
  message?: string[];
}

export interface LogExpectation {
  level?: "debug" | "warn" | "error";
  event: "response" | "retry" | "failure" | "reconnect" | "deprecated";
  method?: string;
  attempt?: number;
  status?: number;
  request_id?: string;
  delay_ms?: number;
  /** Parts of the message. */
  message?: string[];
}

export interface HookExpectation {
  hook: "request" | "response";
  method?: string;
  /** End of the URL, which is told without query. */
  path?: string;
  attempt?: number;
  status?: number;
  request_id?: string;
  /** Null: not told at all. */
  headers?: Record<string, string | null>;
}

/** A request as it arrived. */
export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  /** As text, invalid UTF-8 replaced. */
  body: string;
  /** The parts of a `multipart/form-data` body; null for any other. */
  form: Record<string, string | { content: string; filename: string; content_type: string }> | null;
  /** The client closed the connection before the answer was finished. */
  closed_by_client: boolean;
}
