import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import { encodeId } from "../ids/index.ts";

const WELL_FORMED = /^[A-Za-z0-9_.-]{8,64}$/;

/**
 * Starts the context of a request. A well-formed `X-Request-Id` of the caller is kept, so that a trace can cross systems;
 * anything else is replaced (it would end up in log lines). Nothing sorts by it, so it is random.
 */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.headers["x-request-id"];
  const id = typeof given === "string" && WELL_FORMED.test(given) ? given : encodeId("req", randomUUID());
  request.context = {
    requestId: id,
    startedAt: performance.now(),
    operationId: null,
    routeName: null,
    pathParams: {},
    principal: null,
    refusal: null,
    badCredential: false,
    input: { path: {}, query: {}, body: undefined },
    problemCode: null,
  };
  response.setHeader("X-Request-Id", id);
  next();
};
