export { createGeneratedVariants, type GeneratedVariants } from "./generated-variants.ts";
export { draftsRoutes } from "./routes.ts";
export { lockDraft } from "./store.ts";
export type { ReelWish } from "./wish.ts";
