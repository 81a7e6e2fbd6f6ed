import type { Operation } from "../redocly.ts";
import { eachOperation, fileOf, has, parametersOf } from "../redocly.ts";
import { schemaOf } from "../sources.ts";

/**
 * Every operation says who may call it: `security: []` for everybody, or an API key with exactly one known scope and
 * a session, or only a session. Where sessions are accepted, the MusicVerse-Mode parameter is too.
 */
export const scopesDeclared = eachOperation((operation, context) => {
  const problem = problemOf(operation, schemaOf(fileOf(context), "Scope").enum ?? []);
  if (problem) {
    const location = operation.security ? context.location.child("security") : context.location;
    context.report({ message: `${operation.operationId}: ${problem}`, location });
  }
  const session = operation.security?.some((entry) => "session" in entry) ?? false;
  if (session !== has(parametersOf(operation, context), "header", "MusicVerse-Mode")) {
    const rule = "the parameter MusicVerse-Mode belongs on operations that accept sessions, and only there.";
    context.report({ message: `${operation.operationId}: ${rule}` });
  }
});

function problemOf({ security }: Operation, known: unknown[]): string | null {
  if (!security) return "security is missing. Declare the scope, or security: [] for an operation open to everybody.";
  if (security.length === 0) return null;
  const key = security.find((entry) => "apiKey" in entry);
  const session = security.find((entry) => "session" in entry);
  if (!session || security.length !== (key ? 2 : 1)) return "security must be apiKey and session, only session, or [].";
  if (!key) return null;
  const scopes = key.apiKey ?? [];
  if (scopes.length !== 1) return "apiKey must name exactly one scope.";
  return known.includes(scopes[0]) ? null : `scope ${scopes[0]} is not in schemas/Scope.yaml.`;
}
