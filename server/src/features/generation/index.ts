export { createGenerationFeed, type GenerationFeed } from "./feed.ts";
export { selectGenerationFigures, type GenerationFigures } from "./figures.ts";
export { generationQueue } from "./pointer.ts";
export { generationRoutes } from "./routes.ts";
export { generationWork } from "./work.ts";
