import type { AnyPlugin } from "./plugin.ts";
import type { HttpRequest, HttpResponse, SentBody } from "./context.ts";
import { PluginError } from "./errors.ts";
import { isBlobSource, type BlobSource } from "./files.ts";
import { retryAtFromHeaders } from "./retry-after.ts";

// The rules of `ctx.http` that need no network: the host and the conformance suite apply the same ones.

/** Where a plugin may send requests. */
export interface Egress {
  /** Reached whatever their scheme or port: addresses the operator configured. */
  origins: readonly string[];
  /** Reached by https on its usual port; `*.` in front for all below. */
  hosts: readonly string[];
  /** The origin that stands in for all of `hosts`: a simulator. */
  standIn?: string;
}
type Config = Readonly<Record<string, unknown>>;

/** The declared hosts, and those in `url()` and `hosts()` settings. */
export function egressOf(plugin: AnyPlugin, config: Config): Egress {
  const settings = (kind: string): unknown[] =>
    Object.entries(plugin.config).flatMap(([name, field]) => (field.kind === kind ? [config[name]] : []));
  const origins = settings("url").flatMap((value) => (typeof value === "string" ? [new URL(value).origin] : []));
  const hosts = settings("hosts").flatMap((value) => (Array.isArray(value) ? value.map(String) : []));
  return { origins, hosts: [...plugin.hosts, ...hosts] };
}

/** Where a request for `url` really goes; null when it may not be reached. */
export function destinationOf(egress: Egress, url: URL): URL | null {
  if (egress.origins.includes(url.origin)) return url;
  if (url.protocol !== "https:" || url.port !== "") return null;
  const known = egress.hosts.some((host) =>
    host.startsWith("*.") ? url.hostname.endsWith(host.slice(1)) : url.hostname === host,
  );
  if (!known) return null;
  return egress.standIn === undefined ? url : new URL(url.pathname + url.search, egress.standIn);
}

/** The host's own business: a plugin that set them could reach another server or smuggle a second request. */
const reservedHeaders = new Set(["host", "connection", "content-length", "transfer-encoding", "upgrade", "expect"]);

/** The headers really sent: the plugin's own, and the credential where it belongs. Names in lower case. */
export function headersFor(
  plugin: AnyPlugin,
  config: Config,
  request: HttpRequest,
  url: URL,
  accessToken: string | null = null,
): Record<string, string> {
  const own = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers: Record<string, string> = {
    accept: "application/json",
    // Answers are read as they come: no unpacking, so no bombs.
    "accept-encoding": "identity",
    "user-agent": `MusicVerse (plugin ${plugin.id} ${plugin.version})`,
    ...(request.json !== undefined && { "content-type": "application/json" }),
    ...(isBlobSource(request.body) && request.body.type !== "" && { "content-type": request.body.type }),
    ...Object.fromEntries(own.filter(([name]) => !reservedHeaders.has(name))),
  };
  const credential = request.credential === false ? null : credentialFor(plugin, config, url, accessToken);
  if (credential) headers[credential.header] = credential.value;
  return headers;
}

function credentialFor({ auth }: AnyPlugin, config: Config, url: URL, accessToken: string | null) {
  if (auth?.kind === "oauth2") {
    const wanted = accessToken !== null && url.protocol === "https:" && auth.onlyTo.includes(url.host);
    return wanted ? { header: "authorization", value: `${auth.header} ${accessToken}` } : null;
  }
  if (!auth) return null;
  const home = auth.onlyTo === null ? url.origin : new URL(String(config[auth.onlyTo])).origin;
  return home === url.origin ? { header: auth.header, value: `${auth.prefix}${String(config[auth.field])}` } : null;
}

/** Throws for a stream that can be read only once: it has no length, and a second try would send nothing. */
export function bodyOf(request: HttpRequest): string | Uint8Array | BlobSource | null {
  if (request.json !== undefined) return JSON.stringify(request.json);
  const { body } = request;
  if (body === undefined) return null;
  if (typeof body === "string" || body instanceof Uint8Array || isBlobSource(body)) return body;
  throw new TypeError(
    "body must be text, bytes, or a source with size and stream(), such as a Blob or a stored file: " +
      "a stream has no known length and cannot be sent again",
  );
}

export interface RawAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array;
  /** What was sent of a body that is a file. */
  sent?: SentBody | null;
}

export function httpResponse({ status, headers, bytes, sent = null }: RawAnswer, now: Date): HttpResponse {
  const text = (): string => new TextDecoder().decode(bytes);
  return {
    status,
    headers,
    bytes,
    sent,
    retryAt: retryAtFromHeaders(headers, now),
    text,
    json() {
      try {
        return JSON.parse(text()) as unknown;
      } catch {
        const type = headers["content-type"] ?? "of no type";
        throw new PluginError("UPSTREAM", `the answer is not JSON: ${bytes.length} bytes ${type}`, {
          upstream: { status },
        });
      }
    },
  };
}
