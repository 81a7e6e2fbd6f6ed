import { redact } from "./redact.ts";

/** One try, as it is sent. */
export interface SentRequest {
  method: string;
  /** Without query: a query holds cursors and what people search for. */
  url: string;
  /** 0 is the first try. */
  attempt: number;
  /** Lower-case names. The value of everything that is not known to be harmless is `[hidden]`. */
  headers: Record<string, string>;
}

/** The answer to one try, of any status. */
export interface ReceivedResponse {
  method: string;
  url: string;
  attempt: number;
  status: number;
  /** As in {@link SentRequest}. */
  headers: Record<string, string>;
  /** Quote it to support; it is in the server's logs. */
  requestId: string | null;
  /** From sending to the end of the answer; for downloads and event streams to its head. */
  durationMs: number;
}

/** Called before each try. It watches and cannot change the request: for that there is the `fetch` option. */
export type RequestHook = (request: SentRequest) => void;
/** Called after each answer, before the error of its status is thrown. */
export type ResponseHook = (response: ReceivedResponse) => void;

/** A header that somebody adds (`x-session`) may be a secret, so only these show their value. */
const HARMLESS =
  /^(accept|age|cache-control|connection|content-(disposition|encoding|language|length|range|type)|date|deprecation|etag|idempotency-(key|replayed)|if-(none-)?match|keep-alive|last-(event-id|modified)|link|musicverse-\w+|range|(x-)?ratelimit[\w-]*|retry-after|server|sunset|transfer-encoding|user-agent|vary|x-request-id)$/;

/** Headers that are safe to print. */
export function visibleHeaders(headers: Headers | Record<string, string>): Record<string, string> {
  const visible: Record<string, string> = {};
  new Headers(headers).forEach((value, name) => (visible[name] = HARMLESS.test(name) ? redact(value) : "[hidden]"));
  return visible;
}

/** Calls a hook that only watches: one that throws must not break the request that it is told about. */
export function tell<T>(hook: ((what: T) => void) | undefined, what: () => T): void {
  if (!hook) return;
  try {
    hook(what());
  } catch {
    // The application's hook is broken; the request is not.
  }
}
