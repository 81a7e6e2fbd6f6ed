export { eraseAssets } from "./erase.ts";
export { createGeneratedImages } from "./generated-images.ts";
export type { GeneratedImages } from "./generated-images.ts";
export { ImageError, imageEnding } from "./image-facts.ts";
export type { StoredImage } from "./image-keeper.ts";
export { toCover } from "./to-cover.ts";
export { libraryRoutes } from "./routes.ts";
export { imageOf } from "./store.ts";
