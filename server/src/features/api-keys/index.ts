export { createAuthenticator, type AuthenticatorDeps } from "./authenticator.ts";
export type { ApiKeysDeps } from "./deps.ts";
export { apiKeysRoutes } from "./routes.ts";
