import { noContent, type Handler } from "../../platform/http/operation.ts";
import { keyForChange } from "./caller-limits.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { forgetKey, revokeKey } from "./store.ts";

export const revokeApiKey =
  ({ clock }: Pick<ApiKeysDeps, "clock">): Handler<"revokeApiKey"> =>
  ({ principal, path, write }) =>
    write(async (tx) => {
      const { row } = await keyForChange(tx, principal, path.api_key_id);
      await revokeKey(tx, row.id, clock.now());
      await forgetKey(tx, row);
      return noContent();
    });
