import { createPages, type PagesHandler } from "./platform/pages/index.ts";
import { addressLimits, headersFor } from "./features/limits/index.ts";
import { pricingUrl } from "./features/plans/index.ts";
import { deriveSecrets } from "./platform/crypto/index.ts";
import type { AccessLogOptions } from "./platform/http/access-log.ts";
import type { AuthenticateDeps } from "./platform/http/authenticate.ts";
import type { Handlers } from "./platform/http/operation.ts";
import type { RateLimitDeps } from "./platform/http/rate-limit.ts";
import { startMaintenance } from "./platform/work/index.ts";
import type { Services } from "./services.ts";
import type { Shared } from "./shared.ts";
import type { ApiPart, Slice, Surroundings } from "./slice.ts";
import { createSlices, together } from "./slices.ts";

/** What the slices give to the pipeline: handlers for every operation, who is asking, and what it may use up. */
export interface Features {
  handlers: Handlers;
  authentication: AuthenticateDeps;
  limits: Omit<RateLimitDeps, "limiter">;
  /** Takes what became of each request. */
  recordRequest: AccessLogOptions["onFinished"];
  /** What browsers are shown; everything else goes on to the operations. */
  pages: PagesHandler;
  /** Short ways of their own beside the operations. */
  mounts: readonly PagesHandler[];
  /** Ends answers that would go on for as long as their subject does. */
  endStreams(): void;
  close(): Promise<void>;
}

export function createFeatures(
  services: Services,
  shared: Shared,
  process: Pick<Surroundings, "stopping" | "publicUrl">,
): Features {
  const { config, limiter, log } = services;
  const slices = createSlices(services, shared);
  const api = openApis(slices, { ...together(slices), ...process });
  const parts: readonly ApiPart[] = Object.values(api);
  const everywhere = startMaintenance(
    log,
    Object.values<Slice>(slices).flatMap((slice) => slice.everywhere ?? []),
  );
  return {
    handlers: mergedRoutes(Object.values(api)),
    authentication: { authenticator: api.apiKeys.authenticator },
    limits: { limitsFor: api.limits.limitsFor, headersFor, upgradeUrl: pricingUrl },
    recordRequest: api.usage.recordRequest,
    pages: createPages({
      routes: parts.flatMap(({ pages }) => pages ?? []),
      origin: process.publicUrl,
      secrets: deriveSecrets(config.masterKeys, "forms"),
      limiter,
      limitsFor: addressLimits,
      headersFor,
      bodyTimeoutMs: config.bodyTimeoutMs,
      log,
    }),
    mounts: parts.flatMap(({ mounts }) => mounts ?? []),
    endStreams: () => parts.forEach((part) => part.endStreams?.()),
    close: async () => {
      await everywhere.stop();
      for (const part of parts) await part.close?.();
    },
  };
}

/** What those slices give that serve HTTP, each with its own type. */
type Apis<S> = {
  [K in keyof S as S[K] extends { api: unknown } ? K : never]: S[K] extends { api: (at: Surroundings) => infer Part }
    ? Part
    : never;
};

function openApis<S extends Readonly<Record<string, Slice>>>(slices: S, at: Surroundings): Apis<S> {
  const opened = Object.entries<Slice>(slices).flatMap(([name, { api }]) => (api ? [[name, api(at)] as const] : []));
  return Object.fromEntries(opened) as Apis<S>;
}

type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

/** The routes of all slices as one object, whose type has what each of them has: so a missing operation does not compile. */
function mergedRoutes<P extends ApiPart>(parts: readonly P[]): Intersection<P["routes"]> {
  const merged: Record<string, unknown> = {};
  for (const [operationId, handler] of parts.flatMap(({ routes }) => Object.entries(routes))) {
    if (operationId in merged) throw new Error(`two slices have a handler for ${operationId}: take one away`);
    merged[operationId] = handler;
  }
  return merged as Intersection<P["routes"]>;
}
