import { defineSettings, oneOf } from "../config/define.ts";

export const settings = defineSettings({
  logLevel: oneOf({
    variable: "LOG_LEVEL",
    description: "minimum severity of log lines",
    example: "debug",
    values: ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
    fallback: { value: "info" },
  }),
});
