import type { Scope } from "../../generated/scopes.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { type FieldProblem, ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { noSuchKey } from "./getApiKey.ts";
import { isWithin } from "./ip-allowlist.ts";
import { type ApiKeyRow, type LockedKey, lockKeys } from "./store.ts";

/** What a key may give on besides its scopes; null: no limit. */
export interface CallerLimits {
  expiresAt: Date | null;
  ipAllowlist: string[] | null;
}

const UNLIMITED: CallerLimits = { expiresAt: null, ipAllowlist: null };

/** Limits of who makes a key. */
export async function limitsOf(tx: TenantTx, principal: Principal): Promise<CallerLimits> {
  if (principal.kind === "session") return UNLIMITED;
  return limitsOfKey(principal, principal.keyId === null ? [] : await lockKeys(tx, [principal.keyId]));
}

/**
 * The key that the path names, locked, when the caller may change it: sessions may change all keys of their account, a
 * key only itself and keys that may do no more. A rotated secret in its grace period counts as a key that ends with it.
 * @throws ProblemError not_found, key_exceeds_caller
 */
export async function keyForChange(
  tx: TenantTx,
  principal: Principal,
  apiKeyId: string,
): Promise<{ row: LockedKey; limits: CallerLimits }> {
  const id = decodeId("key", apiKeyId);
  if (id === null) throw noSuchKey();
  const rows = await lockKeys(tx, principal.keyId === null ? [id] : [id, principal.keyId]);
  const row = rows.find((key) => key.id === id);
  if (!row) throw noSuchKey();
  if (principal.kind === "session") return { row, limits: UNLIMITED };
  const limits = limitsOfKey(principal, rows);
  const mayMore = row.id !== principal.keyId && row.scopes.some((scope) => !principal.scopes.has(scope));
  const beyond = mayMore || problemsWith(row, limits).length > 0;
  if (!beyond) return { row, limits };
  throw new ProblemError("key_exceeds_caller", {
    detail:
      "This API key may do more than the one that sends the request, which so cannot change it. Use a session, or a key that may do as much.",
  });
}

/** @throws ProblemError insufficient_scope: a credential passes on only what it may do itself. */
export function checkScopes(principal: Principal, scopes: readonly Scope[]): void {
  const missing = scopes.filter((scope) => !principal.scopes.has(scope));
  if (missing.length === 0) return;
  throw new ProblemError("insufficient_scope", {
    detail: `This credential lacks the scope ${missing.join(", ")}, so it cannot give it to a key.`,
    extensions: { required_scope: missing[0] },
  });
}

/** @throws ProblemError key_exceeds_caller, naming the fields */
export function checkWithin(key: Pick<ApiKeyRow, "expires_at" | "ip_allowlist">, limits: CallerLimits): void {
  const errors = problemsWith(key, limits);
  if (errors.length === 0) return;
  throw new ProblemError("key_exceeds_caller", {
    detail: `An API key cannot give more than it has: ${errors.map(({ path, message }) => `${path.slice("/body/".length)} ${message}`).join("; ")}.`,
    errors,
  });
}

function limitsOfKey(principal: Principal, rows: LockedKey[]): CallerLimits {
  const own = rows.find((key) => key.id === principal.keyId);
  // Only sessions and keys have limits that can be told; anything else would leave keys behind when it ends.
  if (!own)
    throw new ProblemError("key_exceeds_caller", {
      detail: "API keys are made and changed with a session or an API key only.",
    });
  const ends = [own.expires_at, principal.expiresAt].filter((end) => end !== null);
  return {
    expiresAt: ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime()))),
    ipAllowlist: own.ip_allowlist,
  };
}

function problemsWith(
  { expires_at: end, ip_allowlist: networks }: Pick<ApiKeyRow, "expires_at" | "ip_allowlist">,
  limits: CallerLimits,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (limits.expiresAt !== null && (end === null || end > limits.expiresAt)) {
    problems.push({
      path: "/body/expires_at",
      code: "outlives_caller",
      message: `must be at or before ${limits.expiresAt.toISOString()}`,
    });
  }
  if (!isWithin(networks, limits.ipAllowlist)) {
    problems.push({
      path: "/body/ip_allowlist",
      code: "wider_than_caller",
      message: `must lie within ${limits.ipAllowlist?.join(", ")}`,
    });
  }
  return problems;
}
