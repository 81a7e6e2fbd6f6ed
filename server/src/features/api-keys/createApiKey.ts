import type { Scope } from "../../generated/scopes.ts";
import { createPeppers } from "../../platform/crypto/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { created, type Handler } from "../../platform/http/operation.ts";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import { plainScopes } from "../accounts/index.ts";
import { generateKey } from "./key-format.ts";
import { presentKey } from "./present.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { insertKey } from "./store.ts";

export const createApiKey = ({
  clock,
  config,
}: Pick<ApiKeysDeps, "clock" | "config">): Handler<"createApiKey"> => {
  const peppers = createPeppers(config.keyPeppers);
  return async ({ principal, body, write }) => {
    const now = clock.now();
    const scopes = grantedScopes(principal, body.scopes);
    const expiresAt = futureDate(body.expires_at ?? null, now);
    return write(async (tx) => {
      const { key, publicId } = generateKey(principal.mode);
      const row = {
        id: newId(),
        name: body.name.trim(),
        last4: key.slice(-4),
        scopes,
        expires_at: expiresAt,
        created_at: now,
      };
      await insertKey(tx, {
        ...row,
        public_id: publicId,
        hash: peppers.hash(peppers.current, key),
        pepper_version: peppers.current,
        created_by: principal.userId ?? principal.keyId,
      });
      const location = `/v1/api-keys/${encodeId("key", row.id)}`;
      return created({ ...presentKey({ ...row, revoked_at: null }, principal.mode), key }, { Location: location });
    });
  };
};

/** A credential passes on only what it may do itself, all of it when nothing was asked for, but no scopes of `admin`. */
function grantedScopes(principal: Principal, asked: Scope[] | undefined): Scope[] {
  const missing = (asked ?? []).filter((scope) => !principal.scopes.has(scope));
  if (missing.length > 0) {
    throw new ProblemError("insufficient_scope", {
      detail: `This API key lacks the scope ${missing.join(", ")}, so it cannot give it to a new key.`,
      extensions: { required_scope: missing[0] },
    });
  }
  return (asked ?? plainScopes.filter((scope) => principal.scopes.has(scope))).toSorted();
}

function futureDate(text: string | null, now: Date): Date | null {
  if (text === null) return null;
  const date = new Date(text);
  if (date > now) return date;
  throw invalidField("/body/expires_at", "not_in_the_future", "Give a time in the future, or leave it out for a key that does not expire.");
}
