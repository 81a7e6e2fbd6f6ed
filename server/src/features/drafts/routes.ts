import type { Handlers } from "../../platform/http/operation.ts";
import { deleteDraft } from "./deleteDraft.ts";
import type { DraftsDeps } from "./deps.ts";
import { getDraft } from "./getDraft.ts";
import { listDrafts } from "./listDrafts.ts";
import { updateDraft } from "./updateDraft.ts";

export const draftsRoutes = (deps: DraftsDeps) =>
  ({
    listDrafts: listDrafts(deps),
    getDraft: getDraft(deps),
    updateDraft: updateDraft(deps),
    deleteDraft: deleteDraft(),
  }) satisfies Partial<Handlers>;
