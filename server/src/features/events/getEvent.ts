import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { presentEvent } from "./present.ts";
import type { EventsDeps } from "./deps.ts";
import { selectEvent, type EventRow } from "./store.ts";

export const getEvent =
  ({ db }: Pick<EventsDeps, "db">): Handler<"getEvent"> =>
  async ({ principal: { accountId }, path }) => {
    const id = decodeId("evt", path.event_id);
    const [row] = id === null ? [] : await db.readTenant<EventRow>(accountId, selectEvent(accountId, id));
    if (!row) throw new ProblemError("not_found", { detail: "There is no event with this id in this account." });
    return ok(presentEvent(row));
  };
