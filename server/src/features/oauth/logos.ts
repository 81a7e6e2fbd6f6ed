import type { IncomingMessage, ServerResponse } from "node:http";
import { LRUCache } from "lru-cache";
import type { Database } from "../../platform/db/index.ts";
import { createEgressPools, createResolver, exchange, type EgressPolicy } from "../../platform/egress/index.ts";
import { admitAddress, type AddressLimitDeps } from "../../platform/http/address-limit.ts";
import type { RequestContext } from "../../platform/http/context.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { selectAnyClient } from "./client-store.ts";
import { HOUR_MS, MINUTE_MS } from "../../platform/time/index.ts";

interface Logo {
  type: string;
  bytes: Buffer;
}

const BYTES_MAX = 200_000;
const KEPT_MS = HOUR_MS;
/** One that could not be had is asked for again sooner. */
const MISSING_KEPT_MS = 5 * MINUTE_MS;
const PATH = /^\/oauth\/logos\/(app_[0-9a-z]{26})$/;

export interface Logos {
  handle(
    request: IncomingMessage & { context: RequestContext; ip?: string | undefined },
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): void;
  close(): Promise<void>;
}

export interface LogosDeps extends AddressLimitDeps {
  db: Database;
  policy: EgressPolicy;
}

/**
 * Logos of apps, fetched by us and shown from here: who looks at a consent page is not known to whoever hosts the picture,
 * and the page needs no picture from elsewhere. Only what its first bytes say is a PNG, JPEG or WebP.
 */
export function createLogos({ db, policy, ...limits }: LogosDeps): Logos {
  const pools = createEgressPools({
    policy,
    resolve: createResolver({ timeoutMs: 3_000 }),
    timeoutMs: 3_000,
    connections: 4,
    headMs: 5_000,
  });
  const known = new LRUCache<string, { logo: Logo | null }>({ max: 200, ttl: KEPT_MS });

  const loading = new Map<string, Promise<Logo | null>>();

  const load = async (clientId: string): Promise<Logo | null> => {
    const client = await db.asSystem("logo: the app belongs to another account", (tx) => selectAnyClient(tx, clientId));
    if (!client || client.logo_uri === null) return null;
    // A changed URI is another entry, so a new logo shows at once.
    const key = `${clientId} ${client.logo_uri}`;
    const hit = known.get(key);
    if (hit) return hit.logo;
    // Many look at a page at once; its host hears of it once.
    const begun =
      loading.get(key) ?? fetchLogo(key, clientId, new URL(client.logo_uri)).finally(() => loading.delete(key));
    loading.set(key, begun);
    return begun;
  };

  const fetchLogo = async (key: string, clientId: string, { origin, pathname, search }: URL): Promise<Logo | null> => {
    const { statusCode, body, error } = await exchange(
      pools.get(clientId, origin),
      {
        method: "GET",
        path: pathname + search,
        headers: [
          "accept",
          "image/png, image/jpeg, image/webp",
          "accept-encoding",
          "identity",
          "user-agent",
          "MusicVerse-Logos/1",
        ],
      },
      { headMs: 5_000, totalMs: 8_000, bodyBytesMax: BYTES_MAX, bodyBytesKept: BYTES_MAX + 1 },
    );
    const type = error === null && statusCode === 200 && body.length <= BYTES_MAX ? typeOf(body) : null;
    const logo = type === null ? null : { type, bytes: body };
    known.set(key, { logo }, { ttl: logo ? KEPT_MS : MISSING_KEPT_MS });
    return logo;
  };

  const serve = async (publicId: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const clientId = decodeId("app", publicId);
    if (!(await admitAddress(limits, request, response))) return void response.writeHead(429).end();
    const logo = clientId === null ? null : await load(clientId);
    if (!logo) return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": logo.type, "Cache-Control": "private, max-age=600" }).end(logo.bytes);
  };

  return {
    handle: (request, response, next) => {
      const publicId = request.method === "GET" ? PATH.exec(request.url ?? "")?.[1] : undefined;
      if (publicId === undefined) return next();
      request.context.routeName = "oauth.logo";
      serve(publicId, request, response).catch(next);
    },
    close: () => pools.close(),
  };
}

function typeOf(bytes: Buffer): string | null {
  if (bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) return "image/png";
  if (bytes.subarray(0, 3).equals(Buffer.from("ffd8ff", "hex"))) return "image/jpeg";
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP") return "image/webp";
  return null;
}
