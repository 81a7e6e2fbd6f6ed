import { entityTag } from "../../platform/http/etag.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import type { DraftsDeps } from "./deps.ts";
import { findDraft } from "./find.ts";
import { presentDraft } from "./present.ts";

export const getDraft =
  ({ db }: Pick<DraftsDeps, "db">): Handler<"getDraft"> =>
  async ({ principal, path }) => {
    const draft = presentDraft(await findDraft(db, principal.accountId, path.draft_id));
    return ok(draft, { ETag: entityTag(draft) });
  };
