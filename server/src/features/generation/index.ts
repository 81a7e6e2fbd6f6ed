export { createGenerationFeed, type GenerationFeed } from "./feed.ts";
export { generationQueue } from "./pointer.ts";
export type { GenerationDeps } from "./deps.ts";
export { generationRoutes } from "./routes.ts";
export { generationWork, type GenerationWorkDeps } from "./work.ts";
