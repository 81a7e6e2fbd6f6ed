export { createClient, MusicVerse } from "./client.ts";
export type { ClientOf, ResourceClass } from "./client.ts";
export type { ClientOptions, FetchLike, RequestOptions } from "./options.ts";

export {
  APIConnectionError,
  APIError,
  APITimeoutError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ContentTooLargeError,
  InternalServerError,
  MusicVerseError,
  NotFoundError,
  PermissionDeniedError,
  PreconditionFailedError,
  RangeNotSatisfiableError,
  RateLimitError,
  UnprocessableEntityError,
  UnsupportedMediaTypeError,
} from "./errors.ts";
export type { ProblemDetails } from "./errors.ts";
export { GenerationCanceledError, GenerationFailedError } from "./resources/generation-errors.ts";

export { unwrapWebhook, verifyWebhook } from "./webhooks/unwrap.ts";
export type { UnwrapOptions, WebhookHeaders } from "./webhooks/unwrap.ts";
export { WebhookVerificationError } from "./webhooks/verification-error.ts";
export type { WebhookVerificationReason } from "./webhooks/verification-error.ts";

export type { APIPromise, WithResponse } from "./transport/api-promise.ts";
export type { BinaryResponse } from "./transport/binary-response.ts";
export type { ReceivedResponse, RequestHook, ResponseHook, SentRequest } from "./transport/hooks.ts";
export type { LogEntry, LogHook } from "./transport/log.ts";
export type { Page, PagePromise } from "./transport/page.ts";
export type { ByteRange } from "./transport/range.ts";
export type { FileSource, Uploadable } from "./transport/uploadable.ts";
export type { EventStream, StreamEvent } from "./streams/event-stream.ts";

export type { WaitOptions } from "./resources/generations.ts";
export * from "./generated/resource-classes.ts";
export { version } from "./generated/version.ts";
export type * from "./generated/types.ts";
