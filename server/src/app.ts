import express, { type Express } from "express";
import type { Features } from "./features.ts";
import { accessLog } from "./platform/http/access-log.ts";
import { authenticate } from "./platform/http/authenticate.ts";
import { authorize } from "./platform/http/authorize.ts";
import { announceDeprecation } from "./platform/http/deprecation.ts";
import { errorHandler } from "./platform/http/error-handler.ts";
import { corsAllowlist, securityHeaders } from "./platform/http/headers.ts";
import { runOperation, type Handlers } from "./platform/http/operation.ts";
import { createProblemJudge } from "./platform/http/problem-judge.ts";
import { rateLimit, refuse } from "./platform/http/rate-limit.ts";
import { readBody } from "./platform/http/read-body.ts";
import { referenceValidator } from "./platform/http/reference.ts";
import { requestId } from "./platform/http/request-id.ts";
import { route } from "./platform/http/route.ts";
import { compileValidators, validate } from "./platform/http/validate.ts";
import type { Services } from "./services.ts";

/** The way of every request, in order. A request is routed once, by the spec; each later step asks the spec by operationId. */
export function createApp(services: Services, features: Features): Express {
  const { clock, config, db, keyRing, limiter, log, metrics } = services;
  const validators = compileValidators();

  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.set("trust proxy", config.trustProxy);
  app.set("query parser", "simple");

  app.use(requestId);
  app.use(accessLog({ log, metrics, clock, onFinished: features.recordRequest }));
  app.use(securityHeaders);
  // Their own short ways: they limit by address and read their own bodies.
  app.use(features.pages);
  app.use(...features.mounts);
  app.use(corsAllowlist(config.corsOrigins));
  app.use(route());
  app.use(announceDeprecation);
  app.use(authenticate(features.authentication));
  app.use(rateLimit({ limiter, ...features.limits }));
  app.use(readBody({ timeoutMs: config.bodyTimeoutMs }));
  if (config.validateResponses) app.use(referenceValidator(validators));
  app.use(validate(validators));
  app.use(authorize);
  app.use(
    runOperation({
      handlers: features.handlers,
      db,
      keyRing,
      authenticator: features.authentication.authenticator,
      clock,
    }),
  );
  app.use(errorHandler({ log, judge: config.validateResponses ? createProblemJudge() : null }));
  return app;
}

/** The way of whoever asks a process that serves nothing else how it is: open to everybody, and short. */
export function createHealthApp(
  { clock, config, db, keyRing, log, metrics }: Services,
  handlers: Partial<Handlers>,
): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.set("trust proxy", config.trustProxy);
  app.set("query parser", "simple");
  app.use(requestId);
  app.use(accessLog({ log, metrics, clock, onFinished: null }));
  app.use(securityHeaders);
  app.use(route(handlers));
  app.use(refuse);
  app.use(validate(compileValidators()));
  app.use(
    runOperation({
      handlers,
      db,
      keyRing,
      authenticator: { authenticate: async () => ({ outcome: "missing" }) },
      clock,
    }),
  );
  app.use(errorHandler({ log, judge: null }));
  return app;
}
