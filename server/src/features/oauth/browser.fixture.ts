/** What a person with a browser does, without one: keeps cookies, follows redirects on this site, fills in forms. */
export interface Browser {
  /** Follows redirects until a page is shown or the way leaves the site. */
  open(url: string): Promise<Shown>;
  /** Sends the form of the page shown last with these fields besides its hidden ones. */
  submit(fields: Record<string, string>): Promise<Shown>;
  cookies(): Map<string, string>;
}

export interface Shown {
  status: number;
  /** Of the page shown, or where the browser was sent away to. */
  url: URL;
  left: boolean;
  text: string;
  headers: Headers;
}

export function createBrowser(site: string): Browser {
  const jar = new Map<string, { value: string; path: string }>();
  let shown: Shown | null = null;

  const go = async (url: URL, init: RequestInit = {}): Promise<Shown> => {
    if (url.origin !== site) return (shown = { status: 0, url, left: true, text: "", headers: new Headers() });
    // Longer paths first (RFC 6265, 5.4).
    const fitting = [...jar]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .toSorted(([, a], [, b]) => b.path.length - a.path.length);
    const cookie = fitting.map(([name, { value }]) => `${name.split("@")[0]}=${value}`).join("; ");
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { ...(cookie && { cookie }), accept: "text/html", ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split("; ");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const path = attributes.find((attribute) => attribute.toLowerCase().startsWith("path="))?.slice(5) ?? "/";
      if (value === "" || attributes.some((attribute) => /expires=thu, 01 jan 1970/i.test(attribute)))
        jar.delete(`${name}@${path}`);
      else jar.set(`${name}@${path}`, { value, path });
    }
    const location = response.headers.get("location");
    const text = await response.text();
    if (location !== null) return go(new URL(location, url));
    return (shown = { status: response.status, url, left: false, text, headers: response.headers });
  };

  return {
    open: (url) => go(new URL(url, site)),
    submit: (fields) => {
      if (!shown) throw new Error("open a page first");
      const csrf = /name="csrf" value="([^"]+)"/.exec(shown.text)?.[1] ?? "";
      const body = new URLSearchParams({ csrf, ...fields });
      return go(shown.url, { method: "POST", body, headers: { origin: site, "sec-fetch-site": "same-origin" } });
    },
    cookies: () => new Map([...jar].map(([key, { value }]) => [key.split("@")[0] ?? key, value])),
  };
}
