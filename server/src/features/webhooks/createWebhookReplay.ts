import { accepted, type Handler } from "../../platform/http/operation.ts";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import { findWebhook, noSuchReplay } from "./find.ts";
import type { WebhooksDeps } from "./deps.ts";
import { presentReplay } from "./replay/present.ts";
import { lowestId } from "./replay/step.ts";
import { insertReplay, selectReplay, type ReplayRow } from "./replay/store.ts";
import { replayKind } from "./replay/work.ts";

/** Sends again what failed, what the endpoint missed, or everything of a time; goes on in the background. */
export const createWebhookReplay =
  ({ db, clock, work }: Pick<WebhooksDeps, "db" | "clock" | "work">): Handler<"createWebhookReplay"> =>
  async ({ principal: { accountId }, path, body, write }) => {
    const { id: webhookId } = await findWebhook(db, accountId, path.webhook_id);
    const now = clock.now();
    const since = new Date(body.since);
    const until = body.until === undefined ? now : new Date(body.until);
    if (until <= since)
      throw invalidField("/body/until", "not_after_since", "The end must be after `since`; left out, it is now.");
    const id = newId();
    return write(async (tx) => {
      const started = await insertReplay(tx, {
        id,
        webhook_id: webhookId,
        since,
        until,
        event_types: body.event_types ?? null,
        wanted: body.only ?? "failed",
        reached: lowestId(since),
        now,
      });
      if (!started) throw new ProblemError("webhook_replay_running");
      tx.afterCommit(() => work.enqueue(replayKind, { id, accountId }));
      const { text, values } = selectReplay(accountId, webhookId, id);
      const [row] = await tx.query<ReplayRow>(text, values);
      if (row === undefined) throw noSuchReplay();
      const location = `/v1/webhooks/${encodeId("whk", webhookId)}/replays/${encodeId("rpl", id)}`;
      return accepted(presentReplay(row), { Location: location });
    });
  };
