import type { SuiteCase } from "./cases.ts";

/** The case with `text` in every field that users write freely, as far as the input takes it. */
export function withContent(of: SuiteCase, text: string): SuiteCase {
  const { input: schema, userContent = [] } = of.declaration;
  const input = userContent.reduce<unknown>((before, path) => {
    const result = schema.safeParse(replaced(before, path.split("."), text));
    return result.success ? result.data : before;
  }, of.input);
  return { ...of, input };
}

function replaced(value: unknown, [key, ...rest]: string[], text: string): unknown {
  if (key === undefined) return text;
  if (typeof value !== "object" || value === null) return value;
  return { ...value, [key]: replaced((value as Record<string, unknown>)[key], rest, text) };
}
