import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newClientSecret } from "./client-secret.ts";
import { lockClient, replaceClientSecret } from "./client-store.ts";
import type { OauthDeps } from "./deps.ts";
import { clientIdOf, noSuchClient } from "./getOauthClient.ts";
import { presentClient } from "./present.ts";

const OVERLAP_SECONDS_DEFAULT = 86_400;

export const rotateOauthClientSecret =
  ({ clock }: Pick<OauthDeps, "clock">): Handler<"rotateOauthClientSecret"> =>
  ({ path, body, write }) =>
    write(async (tx) => {
      const id = clientIdOf(path.client_id);
      const client = await lockClient(tx, id);
      if (!client) throw noSuchClient();
      if (client.type === "public") throw new ProblemError("public_client");
      const { secret, secretHash, last4 } = newClientSecret();
      const now = clock.now();
      const overlapMs = (body?.overlap_seconds ?? OVERLAP_SECONDS_DEFAULT) * 1_000;
      const row = await replaceClientSecret(tx, id, {
        hash: secretHash,
        last4,
        overlapUntil: new Date(now.getTime() + overlapMs),
        now,
      });
      return ok({ ...presentClient(row), client_secret: secret });
    });
