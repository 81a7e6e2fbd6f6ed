import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { findWebhook, noSuchReplay, replayIdOf } from "./find.ts";
import type { WebhooksDeps } from "./deps.ts";
import { presentReplay } from "./replay/present.ts";
import { cancelReplay, selectReplay, type ReplayRow } from "./replay/store.ts";

/** Puts nothing more up; what waits already (25 deliveries at most) is still sent. */
export const cancelWebhookReplay =
  ({ db, clock }: Pick<WebhooksDeps, "db" | "clock">): Handler<"cancelWebhookReplay"> =>
  async ({ principal: { accountId }, path, write }) => {
    const { id: webhookId } = await findWebhook(db, accountId, path.webhook_id);
    const id = replayIdOf(path.replay_id);
    return write(async (tx) => {
      const status = await cancelReplay(tx, webhookId, id, clock.now());
      if (status === null) throw noSuchReplay();
      if (status === "completed") throw new ProblemError("webhook_replay_finished");
      const { text, values } = selectReplay(accountId, webhookId, id);
      const [row] = await tx.query<ReplayRow>(text, values);
      if (row === undefined) throw noSuchReplay();
      return ok(presentReplay(row));
    });
  };
