import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { createCancelForDraft, createPrepareGeneration, selectGenerationsOfDrafts } from "../generation/index.ts";
import { exported } from "./exports.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { createDraft } from "./createDraft.ts";
import { deleteDraft } from "./deleteDraft.ts";
import type { DraftsDeps } from "./deps.ts";
import { getDraft } from "./getDraft.ts";
import { listDrafts } from "./listDrafts.ts";
import { regenerateDraft } from "./regenerateDraft.ts";
import { updateDraft } from "./updateDraft.ts";

export const draftsSlice = ({ clock, db, plugins, work }: Services, { cursors, emit, plans, quota }: Shared) =>
  ({
    api: () => ({
      routes: routes({
        db,
        clock,
        cursors,
        plans,
        prepare: createPrepareGeneration({ plugins, quota, work }),
        cancelFor: createCancelForDraft({ emit, quota }),
        selectWriting: selectGenerationsOfDrafts,
      }),
    }),
    exports: exported,
  }) satisfies Slice;

const routes = (deps: DraftsDeps) =>
  ({
    createDraft: createDraft(deps),
    regenerateDraft: regenerateDraft(deps),
    listDrafts: listDrafts(deps),
    getDraft: getDraft(deps),
    updateDraft: updateDraft(deps),
    deleteDraft: deleteDraft(deps),
  }) satisfies Partial<Handlers>;
