import type { Handlers } from "../../platform/http/operation.ts";
import { createDraft } from "./createDraft.ts";
import { deleteDraft } from "./deleteDraft.ts";
import type { DraftsDeps } from "./deps.ts";
import { getDraft } from "./getDraft.ts";
import { listDrafts } from "./listDrafts.ts";
import { regenerateDraft } from "./regenerateDraft.ts";
import { updateDraft } from "./updateDraft.ts";

export const draftsRoutes = (deps: DraftsDeps) =>
  ({
    createDraft: createDraft(deps),
    regenerateDraft: regenerateDraft(deps),
    listDrafts: listDrafts(deps),
    getDraft: getDraft(deps),
    updateDraft: updateDraft(deps),
    deleteDraft: deleteDraft(deps),
  }) satisfies Partial<Handlers>;
