import { createPeppers } from "../../platform/crypto/index.ts";
import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import { plainScopes } from "../accounts/index.ts";
import { checkScopes, checkWithin, limitsOf } from "./caller-limits.ts";
import { futureDate } from "./future-date.ts";
import { readAllowlist } from "./ip-allowlist.ts";
import { presentKey } from "./present.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { newSecret } from "./secret.ts";
import { countActiveKeysAlone, insertKey } from "./store.ts";

/** Per mode; enough for a key per server and person, few enough to look through. */
const KEYS_MAX = 100;

/** What is left out, a key gets from who makes it, but no scopes of `admin`; it never gets more. */
export const createApiKey = ({ clock, config }: Pick<ApiKeysDeps, "clock" | "config">): Handler<"createApiKey"> => {
  const peppers = createPeppers(config.keyPeppers);
  return async ({ principal, body, write }) => {
    const now = clock.now();
    const scopes = (body.scopes ?? plainScopes.filter((scope) => principal.scopes.has(scope))).toSorted();
    checkScopes(principal, scopes);
    const expiresAt = body.expires_at === undefined ? undefined : futureDate(body.expires_at, now);
    const allowlist = body.ip_allowlist === undefined ? undefined : readAllowlist(body.ip_allowlist);
    return write(async (tx) => {
      const limits = await limitsOf(tx, principal);
      const wanted = {
        expires_at: expiresAt === undefined ? limits.expiresAt : expiresAt,
        ip_allowlist: allowlist === undefined ? limits.ipAllowlist : allowlist,
      };
      checkWithin(wanted, limits);
      if ((await countActiveKeysAlone(tx, now)) >= KEYS_MAX) {
        throw new ProblemError("api_key_limit_reached", {
          detail: `This account has ${KEYS_MAX} active API keys, the most it may have. Revoke one that is no longer used.`,
        });
      }
      const { key, stored } = newSecret(principal.mode, peppers, now);
      const row = await insertKey(tx, {
        ...stored,
        ...wanted,
        id: newId(),
        name: body.name.trim(),
        scopes,
        created_at: now,
        created_by: principal.userId ?? principal.keyId,
      });
      return created(
        { ...presentKey(row, principal.mode, now), key },
        { Location: `/v1/api-keys/${encodeId("key", row.id)}` },
      );
    });
  };
};
