// OAuth access tokens work wherever API keys do, so that is said here once instead of in every operation's file.

/** The scopes that an app may be given: all but those of the resources that Scope.yaml keeps from apps. */
export function appScopes(document) {
  const { enum: scopes, "x-resources-not-for-apps": kept = [] } = document.components.schemas.Scope;
  return scopes.filter((scope) => !kept.includes(scope.split(":")[0]));
}

/** Adds `oauth` with the key's scopes to every operation that a key may call and whose scopes apps may have. */
export function addAppSecurity(document) {
  const allowed = new Set(appScopes(document));
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      const scopes = operation.security?.find((scheme) => scheme.apiKey)?.apiKey;
      if (scopes?.every((scope) => allowed.has(scope))) operation.security.push({ oauth: scopes });
    }
  }
  return document;
}
