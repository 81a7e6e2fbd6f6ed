export { createGenerationFeed, type GenerationFeed } from "./feed.ts";
export { generationQueue } from "./pointer.ts";
export { generationRoutes } from "./routes.ts";
export { generationWork } from "./work.ts";
