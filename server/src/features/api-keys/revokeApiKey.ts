import { noContent, type Handler } from "../../platform/http/operation.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { credentialsChannel } from "../accounts/index.ts";
import { noSuchKey } from "./getApiKey.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { revokeKey } from "./store.ts";

export const revokeApiKey =
  ({ clock }: Pick<ApiKeysDeps, "clock">): Handler<"revokeApiKey"> =>
  ({ path, write }) =>
    write(async (tx) => {
      const id = decodeId("key", path.api_key_id);
      const publicId = id === null ? null : await revokeKey(tx, id, clock.now());
      if (publicId === null) throw noSuchKey();
      await tx.notify(credentialsChannel, publicId);
      return noContent();
    });
