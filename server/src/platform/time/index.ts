export { settlesWithin, withTimeout } from "./timeout.ts";
export { DAY_MS, HOUR_MS, MINUTE_MS } from "./units.ts";
