import type { Handlers } from "../../platform/http/operation.ts";
import { cancelGeneration } from "./cancelGeneration.ts";
import { createGeneration } from "./createGeneration.ts";
import type { GenerationDeps } from "./deps.ts";
import { getGeneration } from "./getGeneration.ts";
import { listGenerations } from "./listGenerations.ts";
import { createPrepareGeneration } from "./start.ts";
import { streamGenerationEvents } from "./streamGenerationEvents.ts";

export const generationRoutes = (deps: GenerationDeps) =>
  ({
    createGeneration: createGeneration({ ...deps, prepare: createPrepareGeneration(deps) }),
    listGenerations: listGenerations(deps),
    getGeneration: getGeneration(deps),
    cancelGeneration: cancelGeneration(deps),
    streamGenerationEvents: streamGenerationEvents(deps),
  }) satisfies Partial<Handlers>;
