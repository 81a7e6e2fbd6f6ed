// One of two equal pipelines: without authentication and limits, or with them. Tells its CPU time when asked.
import type { AddressInfo } from "node:net";
import express from "express";
import { createFeatures } from "../server/src/features.ts";
import { authenticate } from "../server/src/platform/http/authenticate.ts";
import { loadConfig } from "../server/src/config.ts";
import { rateLimit } from "../server/src/platform/http/rate-limit.ts";
import { requestId } from "../server/src/platform/http/request-id.ts";
import { route } from "../server/src/platform/http/route.ts";
import { createLogger } from "../server/src/platform/log/index.ts";
import { openServices } from "../server/src/services.ts";
import { createShared } from "../server/src/shared.ts";

const [kind] = process.argv.slice(2);
const services = await openServices(loadConfig(process.env), { log: createLogger({ level: "fatal", name: "bench" }) });
const features = createFeatures(services, createShared(services), {
  stopping: () => false,
  publicUrl: () => "http://127.0.0.1",
});
const app = express();
app.disable("x-powered-by").disable("etag");
app.set("query parser", "simple");
app.use(requestId, route());
if (kind === "with")
  app.use(authenticate(features.authentication), rateLimit({ limiter: services.limiter, ...features.limits }));
app.use((_request, response) => void response.json({ ok: true }));
const server = app.listen(0, "127.0.0.1", () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit());
