import { defineSettings, integer, list } from "../config/define.ts";

export const settings = defineSettings({
  plugins: list({
    variable: "PLUGINS",
    description: "plugins to load: ours by id, others by npm package; ! in front lists one without using it",
    example: "minimax,musicverse-plugin-example",
    fallback: { value: ["minimax", "spotify"] },
  }),
  simulatorLatencyPercent: integer({
    variable: "SIMULATOR_LATENCY_PERCENT",
    description: "how long the simulators of sandbox accounts pretend to work: 100 a few seconds, 0 not at all",
    example: "100",
    min: 0,
    max: 10_000,
    fallback: { value: 100 },
  }),
});
