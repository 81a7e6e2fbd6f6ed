import express from "express";
import { healthRoutes } from "./features/health/index.ts";
import { accessLog } from "./platform/http/access-log.ts";
import { errorHandler } from "./platform/http/error-handler.ts";
import { securityHeaders } from "./platform/http/headers.ts";
import { runOperation } from "./platform/http/operation.ts";
import { refuse } from "./platform/http/rate-limit.ts";
import { requestId } from "./platform/http/request-id.ts";
import { route } from "./platform/http/route.ts";
import { listen } from "./platform/http/server.ts";
import { compileValidators, validate } from "./platform/http/validate.ts";
import { probesOf } from "./probes.ts";
import type { RunningPart } from "./api.ts";
import type { Services } from "./services.ts";
import { version } from "./version.ts";
import { startWorker } from "./worker.ts";

/**
 * A worker as a process of its own. With WORKER_PORT it shows how it is, as the API does and at the same paths: a process's
 * figures are in its own memory, so Prometheus has to ask each. On close readiness fails first, then the work finishes.
 */
export async function startWorkerProcess(services: Services, options: { onlyPlugins?: string[] } = {}): Promise<RunningPart> {
  const { config, log } = services;
  if (config.workerPort === null) {
    log.info("set WORKER_PORT to serve this worker's metrics and health");
    return startWorker(services, options);
  }
  let stopping = false;
  await using undo = new AsyncDisposableStack();
  const server = await listen(healthApp(services, () => stopping), { host: config.host, port: config.workerPort, variable: "WORKER_PORT" });
  undo.defer(() => server.close(config.shutdownTimeoutMs));
  log.info({ url: server.url }, "the worker's metrics and health listen");
  const worker = await startWorker(services, options);
  undo.defer(() => worker.close());
  const running = undo.move();
  return {
    close: async () => {
      stopping = true;
      await running.disposeAsync();
    },
  };
}

function healthApp(services: Services, stopping: () => boolean) {
  const { clock, config, db, keyRing, log, metrics } = services;
  const handlers = healthRoutes({ probes: probesOf(services), metrics, metricsToken: config.metricsToken, log, clock, version, stopping });
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
  // They are open to everybody: nobody signs in here.
  app.use(runOperation({ handlers, db, keyRing, authenticator: { authenticate: async () => ({ outcome: "missing" }) }, clock }));
  app.use(errorHandler({ log, judge: null }));
  return app;
}
