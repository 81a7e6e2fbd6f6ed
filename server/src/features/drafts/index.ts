export { draftsRoutes } from "./routes.ts";
export { lockDraft } from "./store.ts";
