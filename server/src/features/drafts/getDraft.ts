import { entityTag } from "../../platform/http/etag.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import type { DraftsDeps } from "./deps.ts";
import { draftIdOf, findDraft } from "./find.ts";
import { presentDraft } from "./present.ts";
import { readWriting } from "./writing.ts";

export const getDraft =
  (deps: Pick<DraftsDeps, "db" | "selectWriting">): Handler<"getDraft"> =>
  async ({ principal: { accountId }, path }) => {
    const id = draftIdOf(path.draft_id);
    const [row, writing] = await Promise.all([findDraft(deps.db, accountId, id), readWriting(deps, accountId, [id])]);
    const draft = presentDraft(row, writing(id));
    return ok(draft, { ETag: entityTag(draft) });
  };
