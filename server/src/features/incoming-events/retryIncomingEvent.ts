import { accepted, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import type { IncomingEventsDeps } from "./deps.ts";
import { presentIncomingEvent } from "./present.ts";
import { type IncomingEventRow, reviveIncomingEvent, selectIncomingEvent } from "./store.ts";
import { incomingEventKind, pointerTo } from "./work-names.ts";

export const retryIncomingEvent =
  ({ db, clock, work }: Pick<IncomingEventsDeps, "db" | "clock" | "work">): Handler<"retryIncomingEvent"> =>
  async ({ path, principal, requestId, write }) => {
    const id = decodeId("iev", path.incoming_event_id);
    return write(async (own) => {
      const [known] = id === null ? [] : await db.readSystem<IncomingEventRow>("an administrator looks at an incoming event", selectIncomingEvent(id));
      if (!known) throw new ProblemError("not_found");
      const at = clock.now();
      const done = { action: "incoming_event.retried", targetAccountId: null, targetId: path.incoming_event_id, at };
      // The record of the key is in the administrator's tenant, the event in none: a second call finds it not dead any more.
      const revived = await db.asSystem("an administrator retries an incoming event", async (tx) => {
        const row = await reviveIncomingEvent(tx, known.id, at);
        if (row) await recordAdminAction(tx, { principal, requestId }, { ...done, details: { plugin: row.plugin, mode: row.mode } });
        return row;
      });
      if (!revived) {
        throw new ProblemError("incoming_event_not_retryable", { detail: `The event is ${known.status}. Only dead ones can be retried.` });
      }
      own.afterCommit(() => work.enqueue(incomingEventKind, pointerTo(revived.id)));
      return accepted(presentIncomingEvent(revived));
    });
  };
