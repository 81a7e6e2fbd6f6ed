import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { checkScopes, checkWithin, keyForChange } from "./caller-limits.ts";
import { futureDate } from "./future-date.ts";
import { readAllowlist } from "./ip-allowlist.ts";
import { presentKey } from "./present.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { changeKey, forgetKey } from "./store.ts";

/** Changes what is named and leaves the rest; never to more than the caller may do itself. */
export const updateApiKey =
  ({ clock }: Pick<ApiKeysDeps, "clock">): Handler<"updateApiKey"> =>
  async ({ principal, path, body, write }) => {
    const now = clock.now();
    if (body.scopes) checkScopes(principal, body.scopes);
    const change = {
      ...(body.name !== undefined && { name: body.name.trim() }),
      ...(body.scopes !== undefined && { scopes: body.scopes.toSorted() }),
      ...(body.ip_allowlist !== undefined && { ip_allowlist: readAllowlist(body.ip_allowlist) }),
      ...(body.expires_at !== undefined && { expires_at: futureDate(body.expires_at, now) }),
    };
    return write(async (tx) => {
      const { row, limits } = await keyForChange(tx, principal, path.api_key_id);
      if (row.revoked_at !== null) {
        throw new ProblemError("api_key_not_active", {
          detail: `This API key was revoked at ${row.revoked_at.toISOString()}. Create a new one.`,
        });
      }
      const wanted = { ...row, ...change };
      checkWithin(wanted, limits);
      const changed = await changeKey(tx, wanted);
      await forgetKey(tx, row);
      return ok(presentKey(changed, principal.mode, now));
    });
  };
