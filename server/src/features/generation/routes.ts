import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { cancelGeneration } from "./cancelGeneration.ts";
import { createGeneration } from "./createGeneration.ts";
import type { GenerationFeed } from "./feed.ts";
import { getGeneration } from "./getGeneration.ts";
import { listGenerations } from "./listGenerations.ts";
import { streamGenerationEvents } from "./streamGenerationEvents.ts";

export interface GenerationDeps {
  db: Database;
  cursors: Cursors;
  plugins: PluginHost;
  work: WorkEngine;
  emit: EmitEvent;
  feed: GenerationFeed;
}

export const generationRoutes = (deps: GenerationDeps) =>
  ({
    createGeneration: createGeneration(deps),
    listGenerations: listGenerations(deps),
    getGeneration: getGeneration(deps),
    cancelGeneration: cancelGeneration(deps),
    streamGenerationEvents: streamGenerationEvents(deps),
  }) satisfies Partial<Handlers>;
