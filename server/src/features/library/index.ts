export { createGeneratedImages } from "./generated-images.ts";
export type { GeneratedImages } from "./generated-images.ts";
export { ImageError } from "./image-facts.ts";
export type { StoredImage } from "./image-keeper.ts";
export { toCover } from "./to-cover.ts";
export { imageOf } from "./store.ts";
