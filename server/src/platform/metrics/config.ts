import { defineSettings, optional, text } from "../config/define.ts";

export const settings = defineSettings({
  metricsToken: optional(
    text({
      variable: "METRICS_TOKEN",
      description: "bearer token that may read /metrics from elsewhere; without it only this machine may",
      example: "<openssl rand -hex 32>",
      secret: true,
    }),
  ),
});
