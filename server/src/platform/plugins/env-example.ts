import { envName, type AnyPlugin } from "@musicverse/plugin-kit";

/** A plugin's part of `.env.example`: every setting with its meaning, none of them set. */
export function pluginEnvExample(plugin: AnyPlugin): string {
  const entries = Object.entries(plugin.config).map(([name, field]) => {
    const needed = field.required ? "needed for live accounts; " : "";
    const about = `# ${field.description} (${needed}e.g. ${field.example})`;
    return `${about}\n# ${envName(plugin.id, name)}=${field.default ?? ""}\n`;
  });
  if (plugin.simulator) {
    const about = "# one simulator for several processes; by default each starts its own (e.g. http://127.0.0.1:4010)";
    entries.push(`${about}\n# ${envName(plugin.id, "simulatorUrl")}=\n`);
  }
  return [`# --- plugin ${plugin.id}: ${plugin.docs} ---\n`, ...entries].join("");
}
