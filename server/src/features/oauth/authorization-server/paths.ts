/** Where the library listens, besides discovery, whose place RFC 8414 fixes. */
export const paths = {
  authorization: "/oauth/authorize",
  token: "/oauth/token",
  revocation: "/oauth/revoke",
  introspection: "/oauth/introspect",
  pushed_authorization_request: "/oauth/par",
  jwks: "/oauth/jwks",
} as const;

const names = new Map<string, string>([
  ...Object.entries(paths).map(([name, path]) => [path, `oauth.${name}`] as const),
  ["/.well-known/oauth-authorization-server", "oauth.metadata"],
]);

/** The endpoint's name for log and metrics; null when the path is none of the authorization server's. */
export function endpointName(path: string): string | null {
  return names.get(path) ?? (/^\/oauth\/authorize\/[\w-]{1,100}$/.test(path) ? "oauth.resume" : null);
}
