export { draftsRoutes } from "./routes.ts";
