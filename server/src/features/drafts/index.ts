export { createGeneratedVariants, type GeneratedVariants } from "./generated-variants.ts";
export { lockDraft } from "./store.ts";
export type { ReelWish } from "./wish.ts";
