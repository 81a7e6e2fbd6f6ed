import { hash } from "node:crypto";
import { ProblemError } from "../../platform/http/problem.ts";
import { callerOf, type Bucket, type Limiter } from "../../platform/limiter/index.ts";
import { HOUR_MS } from "../../platform/time/index.ts";

/** Reset mails to one address, whoever asks for them. */
const PER_ADDRESS = 3;
/** Reset mails that one network may ask for, to whatever addresses. */
const PER_NETWORK = 10;
/** Verification mails of one account. */
const PER_ACCOUNT = 5;

export interface MailThrottle {
  /** @throws ProblemError rate_limited */
  ofNetwork(ip: string): Promise<void>;
  /** False when the address got enough. */
  ofAddress(email: string): Promise<boolean>;
  /** @throws ProblemError rate_limited */
  ofUser(userId: string): Promise<void>;
}

/** Nobody's mailbox is filled through us. */
export function createMailThrottle(limiter: Limiter): MailThrottle {
  const orRefuse = async (bucket: Bucket, detail: string) => {
    const { allowed, retryAtMs, nowMs } = await limiter.take([bucket]);
    if (allowed) return;
    const seconds = Math.max(1, Math.ceil(((retryAtMs ?? nowMs) - nowMs) / 1000));
    throw new ProblemError("rate_limited", {
      detail: `${detail} Try again in ${seconds} seconds.`,
      headers: { "Retry-After": String(seconds) },
    });
  };
  return {
    ofNetwork: (ip) =>
      orRefuse(bucket("network", callerOf(ip), PER_NETWORK), "Too many mails were asked for from this network."),
    // Hashed, so that a look into Redis shows nobody's address.
    ofAddress: async (email) =>
      (await limiter.take([bucket("address", hash("sha256", email, "base64url").slice(0, 22), PER_ADDRESS)])).allowed,
    ofUser: (userId) => orRefuse(bucket("user", userId, PER_ACCOUNT), "Too many emails were requested."),
  };
}

function bucket(kind: string, id: string, max: number): Bucket {
  return {
    key: `{${id}}:mail-${kind}`,
    name: `mail-${kind}`,
    capacity: max,
    refill: max,
    intervalMs: HOUR_MS,
    failClosed: true,
  };
}
