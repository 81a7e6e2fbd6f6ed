import { defineSettings, flag } from "../config/define.ts";

export const settings = defineSettings({
  webhookAllowLoopback: flag({
    variable: "WEBHOOK_ALLOW_LOOPBACK",
    description: "deliver webhooks to this very machine over plain HTTP: for development and tests only",
    example: "true",
    fallback: { value: false },
  }),
});
