export { createBreakerBoard, postEveryMs, type BreakerBoard } from "./breaker-board.ts";
export { pluginsRoutes } from "./routes.ts";
