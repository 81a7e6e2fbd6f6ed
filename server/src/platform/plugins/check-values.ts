import { describeIssues, PluginError, type FunctionDeclaration } from "@musicverse/plugin-kit";
import { PluginFailure } from "./failure.ts";

/** The caller's input as the plugin gets it, defaults filled in. Throws `VALIDATION` with the fields that do not fit. */
export function checkInput(schema: FunctionDeclaration["input"], input: unknown, pluginId: string): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  const names = fields.map(({ field }) => field).join(", ");
  throw new PluginFailure("VALIDATION", `input for ${pluginId} does not fit its schema: ${names}`, {
    pluginId,
    fields,
  });
}

/** A provider's drift that the plugin did not notice becomes `UPSTREAM`, never a crash further on. */
export function checkOutput(schema: FunctionDeclaration["output"], output: unknown, fn: string): unknown {
  const parsed = schema.safeParse(output);
  if (parsed.success) return parsed.data;
  throw new PluginError("UPSTREAM", `${fn} answered against its schema: ${describeIssues(parsed.error).join("; ")}`);
}
