import { ok, type Handler } from "../../platform/http/operation.ts";
import { drainKind } from "./delivery/work.ts";
import { noSuchWebhook, webhookIdOf } from "./find.ts";
import { presentWebhook } from "./present.ts";
import type { WebhooksDeps } from "./deps.ts";
import { newSecret, sealSecret } from "./secret.ts";
import { replaceSecret } from "./store.ts";

const OVERLAP_SECONDS_DEFAULT = 86_400;

/** A new secret, shown this once; the old one signs too until the overlap ends. */
export const rotateWebhookSecret =
  ({ clock, keyRing, work }: Pick<WebhooksDeps, "clock" | "keyRing" | "work">): Handler<"rotateWebhookSecret"> =>
  async ({ principal: { accountId }, path, body, write }) => {
    const id = webhookIdOf(path.webhook_id);
    const overlapMs = (body?.overlap_seconds ?? OVERLAP_SECONDS_DEFAULT) * 1_000;
    const secret = newSecret();
    return write(async (tx) => {
      const now = clock.now();
      const overlapUntil = overlapMs > 0 ? new Date(now.getTime() + overlapMs) : null;
      const row = await replaceSecret(tx, id, {
        sealed: sealSecret(keyRing, accountId, id, secret),
        overlapUntil,
        now,
      });
      if (row === null) throw noSuchWebhook();
      // The drain that lost its lease leaves the rest due; the next one signs with both.
      tx.afterCommit(() => work.enqueue(drainKind, { id, accountId }));
      return ok({ ...presentWebhook(row, now), secret });
    });
  };
