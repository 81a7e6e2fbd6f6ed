/** The cookie of this name in a `Cookie` header; the first one when it stands there twice. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/**
 * A cookie of the browser session that scripts cannot read. Over https it has the `__Host-` prefix: bound to this host,
 * so that no other host of the domain can set it.
 */
export function hostCookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

export function hostCookie(name: string, value: string, secure: boolean): string {
  return `${hostCookieName(name, secure)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
