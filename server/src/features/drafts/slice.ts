import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { createCancelForDraft, createPrepareGeneration, selectGenerationsOfDrafts } from "../generation/index.ts";
import { exported } from "./exports.ts";
import { draftsRoutes } from "./routes.ts";

export const draftsSlice = ({ clock, db, plugins, work }: Services, { cursors, emit, plans, quota }: Shared) =>
  ({
    api: () => ({
      routes: draftsRoutes({
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
