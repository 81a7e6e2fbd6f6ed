export { createCancelForDraft } from "./cancel.ts";
export { createGenerationFeed, type GenerationFeed } from "./feed.ts";
export { selectGenerationFigures, type GenerationFigures } from "./figures.ts";
export { generationQueues } from "./pointer.ts";
export { createPrepareGeneration } from "./start.ts";
export { selectGenerationsOfDrafts } from "./store.ts";
