export { createBreakerBoard, type BreakerBoard } from "./breaker-board.ts";
