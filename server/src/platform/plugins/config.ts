import { defineSettings, list } from "../config/define.ts";

export const settings = defineSettings({
  plugins: list({
    variable: "PLUGINS",
    description: "plugins to load: ours by id, others by the name of their npm package",
    example: "minimax,musicverse-plugin-example",
    fallback: { value: ["minimax"] },
  }),
});
