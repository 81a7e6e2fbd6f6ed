export { workKind as generationQueue } from "./pointer.ts";
export { createGenerationFeed, type GenerationFeed } from "./feed.ts";
export { generationRoutes, type GenerationDeps } from "./routes.ts";
export { generationWork, type GenerationWorkDeps } from "./work.ts";
