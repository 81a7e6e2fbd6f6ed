export { signInPages } from "./callback-page.ts";
export { forgetSignIns } from "./maintenance.ts";
export { signInRoutes } from "./routes.ts";
export { unlinkAll } from "./store.ts";
