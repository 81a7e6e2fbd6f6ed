export { createAuthenticator } from "./authenticator.ts";
export { apiKeysRoutes } from "./routes.ts";
