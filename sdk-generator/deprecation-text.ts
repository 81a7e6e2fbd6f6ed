import type { Deprecation } from "./document.ts";

/** `@deprecated` for a doc comment: until when it works, and what to use instead. Null for what is not deprecated. */
export function deprecationText(node: { deprecated?: boolean; "x-deprecation"?: Deprecation }): string | null {
  const announced = node["x-deprecation"];
  if (!node.deprecated) return null;
  if (!announced) return "@deprecated";
  const instead = announced.replacement === null ? "Nothing replaces it." : `Use \`${announced.replacement}\`.`;
  return `@deprecated Since ${announced.date}, ends on ${announced.sunset}. ${instead} ${announced.link}`;
}
