import { envName, type AnyPlugin } from "@musicverse/plugin-kit";

/** A plugin's part of `.env.example`: every setting with its meaning, none of them set. */
export function pluginEnvExample(plugin: AnyPlugin): string {
  const entries = Object.entries(plugin.config).map(([name, field]) => {
    const needed = field.required ? "needed for live accounts; " : "";
    return `# ${field.description} (${needed}e.g. ${field.example})\n# ${envName(plugin.id, name)}=${field.default ?? ""}\n`;
  });
  const simulator = `# one simulator for several processes; left out, each starts its own (e.g. http://127.0.0.1:4010)\n# ${envName(plugin.id, "simulatorUrl")}=\n`;
  return [`# --- plugin ${plugin.id}: ${plugin.docs} ---\n`, ...entries, ...(plugin.simulator ? [simulator] : [])].join("");
}
