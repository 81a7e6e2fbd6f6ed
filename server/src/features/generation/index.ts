export { createCancelForDraft } from "./cancel.ts";
export { createGenerationFeed, type GenerationFeed } from "./feed.ts";
export { selectGenerationFigures, type GenerationFigures } from "./figures.ts";
export { generationQueues, lanes } from "./pointer.ts";
export { generationRoutes } from "./routes.ts";
export { createPrepareGeneration } from "./start.ts";
export { selectGenerationsOfDrafts } from "./store.ts";
export { endAbandoned } from "./abandoned.ts";
export { generationWork } from "./work.ts";
