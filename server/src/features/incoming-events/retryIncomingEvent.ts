import { accepted, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import type { IncomingEventsDeps } from "./deps.ts";
import { presentIncomingEvent } from "./present.ts";
import { incomingEventKind, pointerTo, lockIncomingEvent, reviveIncomingEvent } from "./store.ts";

export const retryIncomingEvent =
  ({ clock, work }: Pick<IncomingEventsDeps, "clock" | "work">): Handler<"retryIncomingEvent"> =>
  async ({ path, principal, requestId, writeAsSystem }) => {
    const id = decodeId("iev", path.incoming_event_id);
    return writeAsSystem("an administrator retries an incoming event", async (tx) => {
      const known = id === null ? null : await lockIncomingEvent(tx, id);
      if (!known) throw new ProblemError("not_found");
      const at = clock.now();
      const row = await reviveIncomingEvent(tx, known.id, at);
      if (!row)
        throw new ProblemError("incoming_event_not_retryable", {
          detail: `The event is ${known.status}. Only dead ones can be retried.`,
        });
      const done = { action: "incoming_event.retried", targetAccountId: null, targetId: path.incoming_event_id, at };
      await recordAdminAction(
        tx,
        { principal, requestId },
        { ...done, details: { plugin: row.plugin, mode: row.mode } },
      );
      tx.afterCommit(() => work.enqueue(incomingEventKind, pointerTo(row.id)));
      return accepted(presentIncomingEvent(row));
    });
  };
