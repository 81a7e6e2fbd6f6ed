// One of three equal pipelines: without validation, with ours, or with the reference library. Tells its CPU time when asked.
import type { AddressInfo } from "node:net";
import express from "express";
import OpenApiValidator from "express-openapi-validator";
import { readBody } from "../server/src/platform/http/read-body.ts";
import { requestId } from "../server/src/platform/http/request-id.ts";
import { route } from "../server/src/platform/http/route.ts";
import { compileValidators, openApiDocument, validate } from "../server/src/platform/http/validate.ts";

const [kind] = process.argv.slice(2);
const app = express();
app.disable("x-powered-by").disable("etag");
app.set("query parser", "simple");
app.use(requestId, route(), readBody);
if (kind === "ours") app.use(validate(compileValidators()));
if (kind === "reference") {
  app.use(
    OpenApiValidator.middleware({
      apiSpec: structuredClone(openApiDocument) as never,
      validateRequests: true,
      validateResponses: false,
      validateSecurity: false,
      validateApiSpec: false,
      fileUploader: false,
    }),
  );
}
app.use((_request, response) => void response.json({ ok: true }));
const server = app.listen(0, "127.0.0.1", () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit());
