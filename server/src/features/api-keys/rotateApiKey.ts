import { createPeppers } from "../../platform/crypto/index.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { keyForChange } from "./caller-limits.ts";
import { presentKey, statusOf } from "./present.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { newSecret } from "./secret.ts";
import { forgetKey, replaceSecret } from "./store.ts";

const GRACE_SECONDS_DEFAULT = 86_400;

/** A new secret for the same key. Two secrets work at most: the one before the present one ends now. */
export const rotateApiKey = ({
  clock,
  config,
  emit,
}: Pick<ApiKeysDeps, "clock" | "config" | "emit">): Handler<"rotateApiKey"> => {
  const peppers = createPeppers(config.keyPeppers);
  return async ({ principal, path, body, requestId, write }) => {
    const now = clock.now();
    const graceEnd = new Date(now.getTime() + (body?.grace_seconds ?? GRACE_SECONDS_DEFAULT) * 1000);
    return write(async (tx) => {
      const { row } = await keyForChange(tx, principal, path.api_key_id);
      const status = statusOf(row, now);
      if (status !== "active") {
        const detail = `This API key is ${status}, so a new secret for it would not work. ${status === "expired" ? "Give it a later expires_at first." : "Create a new one."}`;
        throw new ProblemError("api_key_not_active", { detail });
      }
      const { key, stored } = newSecret(principal.mode, peppers, now);
      const rotated = presentKey(await replaceSecret(tx, row.id, stored, now, graceEnd), principal.mode, now);
      await forgetKey(tx, row);
      await emit(tx, { type: "api_key.rotated", data: rotated, requestId });
      return ok({ ...rotated, key });
    });
  };
};
