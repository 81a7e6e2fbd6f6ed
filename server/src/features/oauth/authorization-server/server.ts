import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { KoaContextWithOIDC, Provider } from "oidc-provider";
import { admitAddress, type AddressLimitDeps } from "../../../platform/http/address-limit.ts";
import type { RequestContext } from "../../../platform/http/context.ts";
import { lateBodyText, whenBodyIsLate } from "../../../platform/http/late-body.ts";
import type { Bucket } from "../../../platform/limiter/index.ts";
import type { Logger } from "../../../platform/log/index.ts";
import { afterExchange } from "./exchange.ts";
import { endpointName, paths } from "./paths.ts";
import { renderError } from "./error-page.ts";
import { createProvider, type ProviderDeps } from "./provider.ts";
import { asOneTransaction, inRequestScope, type RequestScope } from "./request-scope.ts";

export interface AuthorizationServerDeps extends Omit<ProviderDeps, "publicUrl" | "renderError">, AddressLimitDeps {
  /** Asked when the first request comes: a process on a free port knows it only then. */
  publicUrl: () => string;
  /** How often an address may fail to prove who it is. */
  badCredentialBucket: (ip: string) => Bucket;
  /** How long a body may take to arrive, in ms. */
  bodyTimeoutMs: number;
  log: Logger;
}

export interface AuthorizationServer {
  provider(): Provider;
  /** Mounts under Express, before anything reads bodies; hands on what is not its own. */
  handle(request: HttpRequest, response: ServerResponse, next: (error?: unknown) => void): void;
}

type HttpRequest = IncomingMessage & { context: RequestContext; ip?: string | undefined };

/** Endpoints at which tokens change hands: each request is one transaction. */
const TRANSACTIONAL: ReadonlySet<string> = new Set([paths.token, paths.revocation]);

export function createAuthorizationServer(deps: AuthorizationServerDeps): AuthorizationServer {
  const { limiter, badCredentialBucket, bodyTimeoutMs, log } = deps;
  let made: { provider: Provider; callback: ReturnType<Provider["callback"]> } | undefined;
  const open = () => {
    if (made) return made;
    const provider = createProvider({ ...deps, publicUrl: deps.publicUrl(), renderError });
    provider.use((ctx, next) => answer(ctx as unknown as KoaContextWithOIDC, next));
    provider.on("server_error", (ctx: KoaContextWithOIDC, error: Error) => {
      log.error({ request_id: (ctx.req as HttpRequest).context.requestId, err: error }, "authorization server error");
    });
    // Koa, below the library, would print these with their stacks: callers who went away, mostly.
    (provider as EventEmitter).on("error", (error: NodeJS.ErrnoException, ctx: KoaContextWithOIDC | undefined) => {
      const requestId = (ctx?.req as HttpRequest | undefined)?.context.requestId;
      if (ctx?.req.socket.destroyed)
        log.debug(
          { request_id: requestId, reason: error.code ?? error.name },
          "client of the authorization server disconnected",
        );
      else log.error({ request_id: requestId, err: error }, "authorization server error");
    });
    made = { provider, callback: provider.callback() };
    return made;
  };

  const answer = async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> => {
    const { context } = ctx.req as HttpRequest;
    const scope: RequestScope = {
      ctx,
      requestId: context.requestId,
      begin: null,
      tx: null,
      refreshing: null,
      repeated: null,
      consumed: null,
      revoked: false,
    };
    await inRequestScope(scope, async () => {
      if (!TRANSACTIONAL.has(ctx.path)) return void (await next());
      await asOneTransaction(deps.db, scope, async () => {
        await next();
        // Where nothing was looked up, nothing was exchanged.
        if (ctx.path === paths.token && scope.tx) await afterExchange(scope, scope.tx, deps);
      });
    });
  };

  const serve = async (request: HttpRequest, response: ServerResponse): Promise<void> => {
    const isAdmitted = await admitAddress(deps, request, response, {
      rateClass: "read",
      failures: badCredentialBucket,
    });
    if (!isAdmitted) return tooMany(response);
    // The library builds URLs from these. Whatever the request says, this server is where its operator put it.
    const { host, protocol } = new URL(deps.publicUrl());
    request.headers.host = host;
    request.headers["x-forwarded-proto"] = protocol.slice(0, -1);
    delete request.headers["x-forwarded-host"];
    response.once("finish", () => {
      if (response.statusCode !== 401) return;
      limiter
        .take([badCredentialBucket(request.ip ?? "unknown")])
        .catch((error: unknown) => log.warn({ err: error }, "could not count a failed client authentication"));
    });
    whenBodyIsLate(request, bodyTimeoutMs, () => tooSlow(response, bodyTimeoutMs));
    await open().callback(request, response);
  };

  return {
    provider: () => open().provider,
    handle: (request, response, next) => {
      const name = endpointName((request.url ?? "/").split("?")[0] ?? "/");
      if (name === null) return next();
      request.context.routeName = name;
      serve(request, response).catch(next);
    },
  };
}

function tooMany(response: ServerResponse): void {
  response.writeHead(429, { "Content-Type": "application/json" });
  response.end(
    JSON.stringify({
      error: "temporarily_unavailable",
      error_description: "too many requests from this address; see Retry-After",
    }),
  );
}

/** The library, which still waits for the body, hears of the closed connection. */
function tooSlow(response: ServerResponse, timeoutMs: number): void {
  if (response.headersSent) return;
  response.writeHead(408, { "Content-Type": "application/json", Connection: "close" });
  response.end(JSON.stringify({ error: "invalid_request", error_description: lateBodyText(timeoutMs) }));
}
