import { MusicVerseError } from "../errors.ts";

/**
 * - `missing_header`: no `webhook-id`, `webhook-timestamp` or `webhook-signature`
 * - `invalid_timestamp`: not a number of seconds
 * - `timestamp_out_of_tolerance`: sent too long ago (a replay), or the clocks differ
 * - `signature_mismatch`: not sent by MusicVerse, another endpoint's secret, or a body that was changed on the way
 * - `invalid_secret`, `invalid_body`: wrong use of this function
 */
export type WebhookVerificationReason =
  | "missing_header"
  | "invalid_timestamp"
  | "timestamp_out_of_tolerance"
  | "signature_mismatch"
  | "invalid_secret"
  | "invalid_body";

/** The webhook must not be believed. Answer 400 and do nothing else. */
export class WebhookVerificationError extends MusicVerseError {
  override name = "WebhookVerificationError";
  readonly reason: WebhookVerificationReason;

  constructor(reason: WebhookVerificationReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
