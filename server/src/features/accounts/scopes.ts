import { scopes, type Scope } from "../../generated/scopes.ts";

const isForAdmins = (scope: Scope): boolean => scope.startsWith("admin:");

/** What a credential may do whose account administrates nothing. */
export const plainScopes: readonly Scope[] = scopes.filter((scope) => !isForAdmins(scope));

/** What a credential may really do: scopes of `admin` count only while its account administrates the platform. */
export function effectiveScopes(
  given: readonly Scope[],
  { is_admin: isAdmin }: { is_admin: boolean },
): ReadonlySet<Scope> {
  return new Set(isAdmin ? given : given.filter((scope) => !isForAdmins(scope)));
}
