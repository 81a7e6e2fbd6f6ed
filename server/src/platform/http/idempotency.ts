import { createHash } from "node:crypto";
import type { OperationId } from "../../generated/operations.ts";
import type { KeyRing } from "../crypto/index.ts";
import type { Database, Tx } from "../db/index.ts";
import type { Principal } from "./context.ts";
import { ProblemError } from "./problem.ts";
import type { AnyResult } from "./result.ts";
import { DAY_MS } from "../time/index.ts";

/** How long a key is remembered. */
const KEPT_MS = DAY_MS;

export interface IdempotentCall {
  /** Of the caller, whose key it is. */
  accountId: string;
  /** As `recordKey` makes it. */
  key: string;
  operationId: OperationId;
  /** SHA-256 of what was asked: a second call with another one is a mistake of the caller. */
  fingerprint: Buffer;
}

/**
 * What a caller's key is stored as: hashed together with whose it is, so that no other credential of the account, which may
 * be allowed less, gets the answer. A key that is rotated keeps its id, somebody who signs in again is the same user, and a
 * refreshed token belongs to the same app and user: all of them may still repeat what they asked.
 */
export function recordKey({ kind, keyId, userId, clientId }: Principal, key: string): string {
  const owner = { api_key: keyId, session: userId, oauth_token: `${clientId} ${userId}` }[kind];
  return createHash("sha256")
    .update(JSON.stringify([kind, owner, key]))
    .digest("base64url");
}

/** Fingerprint of a call: operation, path and query parameters, and the body with its keys in one order. */
export function fingerprint(operationId: OperationId, input: { path: unknown; query: unknown; body: unknown }): Buffer {
  return createHash("sha256")
    .update(canonical([operationId, input.path, input.query, input.body]))
    .digest();
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, node: unknown) =>
    node !== null && typeof node === "object" && !Array.isArray(node)
      ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
      : node,
  );
}

interface StoredRecord {
  operation: string;
  fingerprint: Buffer;
  status: number;
  headers: Record<string, string>;
  body_encrypted: string | null;
  expired: boolean;
}

/**
 * Runs `effect` once per key. The record is written in the effect's own transaction, so a crash leaves both or neither,
 * and an advisory lock held by that transaction tells a second caller at once that the first is still running. Answers
 * are stored encrypted, because some show a secret once. Failures are not stored: the next try runs.
 */
export async function idempotently(
  tx: Tx,
  keyRing: KeyRing,
  call: IdempotentCall,
  now: Date,
  effect: () => Promise<AnyResult>,
): Promise<AnyResult> {
  const aad = `${call.accountId}|idempotency|${call.key}`;
  const [lock] = await tx.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as locked",
    [aad],
  );
  if (!lock?.locked) throw new ProblemError("idempotency_in_progress", { headers: { "Retry-After": "1" } });

  const [stored] = await tx.query<StoredRecord>(
    `select operation, fingerprint, status, headers, body_encrypted, expires_at <= $3 as expired
       from idempotency_records where account_id = $1 and key = $2`,
    [call.accountId, call.key, now],
  );
  if (stored && !stored.expired) {
    if (stored.operation !== call.operationId || !stored.fingerprint.equals(call.fingerprint)) {
      throw new ProblemError("idempotency_mismatch");
    }
    const body: unknown =
      stored.body_encrypted === null ? undefined : JSON.parse(keyRing.decrypt(stored.body_encrypted, aad));
    return { status: stored.status, headers: { ...stored.headers, "Idempotency-Replayed": "true" }, body };
  }

  const result = await effect();
  await tx.query(
    `insert into idempotency_records (account_id, key, operation, fingerprint, status, headers, body_encrypted, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (account_id, key) do update set operation = excluded.operation, fingerprint = excluded.fingerprint,
       status = excluded.status, headers = excluded.headers, body_encrypted = excluded.body_encrypted,
       created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [
      call.accountId,
      call.key,
      call.operationId,
      call.fingerprint,
      result.status,
      JSON.stringify(result.headers ?? {}),
      result.body === undefined ? null : keyRing.encrypt(JSON.stringify(result.body), aad),
      now,
      new Date(now.getTime() + KEPT_MS),
    ],
  );
  return result;
}

/** Records past their day; nobody can replay them any more. */
export async function forgetIdempotencyRecords(db: Database, now: Date): Promise<void> {
  await db.asSystem("delete expired idempotency records", (tx) =>
    tx.query("delete from idempotency_records where expires_at < $1", [now]),
  );
}
