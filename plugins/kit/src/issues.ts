import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/**
 * What does not fit a schema, as `path: message`; of a union's members the one that came furthest. No received values.
 */
export function describeIssues(error: { issues: readonly Issue[] }): string[] {
  return error.issues.flatMap((issue) => describe(issue, []));
}

function describe(issue: Issue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((inner) => inner.path.length));
    const furthest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
    return furthest.flatMap((inner) => describe(inner, path));
  }
  return [`${path.map(String).join(".") || "value"}: ${issue.message}`];
}
