export { createGenerationFeed, type GenerationFeed } from "./feed.ts";
export { generationQueue } from "./pointer.ts";
export { generationRoutes, type GenerationDeps } from "./routes.ts";
export { generationWork, type GenerationWorkDeps } from "./work.ts";
