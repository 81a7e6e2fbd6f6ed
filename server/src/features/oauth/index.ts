export { accessTokenPrefix } from "./token-format.ts";
export { createTokenLookup } from "./token-lookup.ts";
