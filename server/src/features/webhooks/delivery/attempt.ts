import type { Dispatcher } from "undici";
import type { Clock } from "../../../platform/clock/index.ts";
import { exchange, type ExchangeLimits, type ExchangeResult } from "../../../platform/egress/index.ts";
import { encodeId } from "../../../platform/ids/index.ts";
import type { Sign } from "../secret.ts";
import type { NumberedDelivery } from "./claim.ts";
import { judge, type Outcome } from "./outcome.ts";
import type { AttemptRecord } from "./batch-writer.ts";

/** What one attempt may take, so that no receiver can hold a drain or fill its memory. */
export const deliveryLimits: ExchangeLimits = {
  headMs: 15_000,
  totalMs: 20_000,
  bodyBytesMax: 65_536,
  bodyBytesKept: 4_096,
};

export interface AttemptDeps {
  accountId: string;
  pool: Dispatcher;
  /** Path and query of the endpoint. */
  path: string;
  sign: Sign;
  clock: Clock;
  random: () => number;
  limits: ExchangeLimits;
}

/** Sent with every delivery. */
export const constantHeaders = {
  "content-type": "application/json",
  "user-agent": "MusicVerse-Webhooks/1",
  accept: "*/*",
  // Whatever the receiver says, its answer is never unpacked: there are no decompression bombs.
  "accept-encoding": "identity",
};

export interface AttemptResult {
  record: AttemptRecord;
  outcome: Outcome;
}

const LOGGED_HEADERS_MAX_BYTES = 4_096;

/** Signs and sends one delivery once. Never rejects for what a receiver does: that is in the record and the outcome. */
export async function attemptDelivery(deps: AttemptDeps, delivery: NumberedDelivery): Promise<AttemptResult> {
  const { clock, pool, path, limits, random } = deps;
  const startedAt = clock.now();
  const body = Buffer.from(delivery.payload);
  const headers = requestHeaders(deps.sign, delivery, startedAt, body);
  const result = await exchange(pool, { method: "POST", path, headers: Object.entries(headers).flat(), body }, limits);
  const finishedAt = clock.now();
  const outcome = judge(result, { attempts: delivery.attempts + 1, now: finishedAt, random });
  const record: AttemptRecord = {
    account_id: deps.accountId,
    delivery_id: delivery.id,
    sequence: delivery.sequence,
    status: outcome.status,
    next_attempt_at: outcome.nextAttemptAt,
    started_at: startedAt,
    finished_at: finishedAt,
    duration_ms: Math.round(result.durationMs),
    status_code: result.statusCode,
    error: outcome.error,
    request_headers: { ...headers, "webhook-signature": shortened(headers["webhook-signature"]) },
    response_headers: result.statusCode === null ? null : loggedHeaders(result.headers),
    response_body: result.body.length === 0 ? null : result.body.toString("base64"),
  };
  return { record, outcome };
}

function requestHeaders(sign: Sign, delivery: NumberedDelivery, now: Date, body: Buffer) {
  const id = encodeId("evt", delivery.eventId);
  const timestamp = Math.floor(now.getTime() / 1_000);
  return {
    ...constantHeaders,
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": sign(id, timestamp, body),
    "webhook-sequence": String(delivery.sequence),
    ...(delivery.requestId !== null && { "x-request-id": delivery.requestId }),
  };
}

/** Enough to tell signatures apart; the whole ones would let a reader of the log replay the request. */
function shortened(signatures: string): string {
  return signatures
    .split(" ")
    .map((signature) => `${signature.slice(0, 11)}…`)
    .join(" ");
}

function loggedHeaders(headers: ExchangeResult["headers"]): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(", ") : (value ?? "");
    bytes += name.length + text.length;
    if (bytes > LOGGED_HEADERS_MAX_BYTES) break;
    kept[name] = text;
  }
  return kept;
}
