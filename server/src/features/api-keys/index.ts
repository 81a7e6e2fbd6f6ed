export { createAuthenticator, type AuthenticatorDeps } from "./authenticator.ts";
export { apiKeysRoutes, type ApiKeysDeps } from "./routes.ts";
