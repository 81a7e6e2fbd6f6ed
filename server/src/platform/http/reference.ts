import { strictCopy } from "@musicverse/openapi/strict-copy";
import { fullFormats } from "ajv-formats/dist/formats.js";
import OpenApiValidator from "express-openapi-validator";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { operations } from "../../generated/operations.ts";
import { operationOf } from "./context.ts";
import { dateTime, day, judge, openApiDocument, type compileValidators } from "./validate.ts";
import { ProblemError } from "./problem.ts";

/** What the validators of the pipeline take for a URI. */
const isUri = fullFormats.uri as (text: string) => boolean;
type Validators = ReturnType<typeof compileValidators>;
type EovDocument = Parameters<typeof OpenApiValidator.middleware>[0]["apiSpec"];

/**
 * The reference: express-openapi-validator, which costs ten times our own dispatch and therefore runs in tests and in
 * development only. It judges every request beside our validators (a difference is a bug and answers 500) and patches
 * `response.json`, so that an answer outside the spec fails as loudly.
 */
export function referenceValidator(validators: Validators): RequestHandler[] {
  const chain = OpenApiValidator.middleware({
    apiSpec: withReservedCharacters(strictCopy(openApiDocument)) as unknown as Exclude<EovDocument, string>,
    validateRequests: { allowUnknownQueryParameters: false, coerceTypes: false },
    validateResponses: { removeAdditional: false, coerceTypes: false },
    validateSecurity: false,
    validateApiSpec: false,
    fileUploader: false,
    // Its own let times and days through that do not exist, and URLs with letters that a URI may not have.
    formats: { "date-time": dateTime, date: day, uri: { type: "string", validate: isUri } },
    // The operation streams multipart bodies itself, and event streams have no schema to check.
    ignorePaths: /^$/,
  }) as unknown as RequestHandler[];

  const compare: RequestHandler = (request, response, next) => {
    const ours = ourVerdict(validators, request);
    // The contract has no HEAD: it is the GET without its body, which the library does not know.
    if (readsItsBodyItself(request) || request.method === "HEAD") return next();
    // It coerces and fills in defaults in place: a derived request keeps that away from the pipeline.
    const judged: Request = Object.create(request, {
      body: { value: structuredClone(request.body), writable: true },
      query: { value: { ...request.query }, writable: true, configurable: true },
    });
    runChain(chain, judged, response, (error) => {
      const refused = error !== undefined && error !== null;
      if (refused && !isVerdict(error)) return next(error);
      if (refused === ours.length > 0) return next();
      const said = refused ? JSON.stringify((error as { errors?: unknown }).errors) : "accepted";
      next(
        new Error(`validators disagree on ${operationOf(request)}: reference ${said}, ours ${JSON.stringify(ours)}`),
      );
    });
  };
  return [compare];
}

/** The library refuses some characters in a query unless they are escaped; URLs do not (RFC 3986, 3.4), and neither do we. */
function withReservedCharacters<Document extends object>(document: Document): Document {
  return JSON.parse(JSON.stringify(document), (_key, node: { in?: unknown } | null) =>
    node?.in === "query" ? { ...node, allowReserved: true } : node,
  ) as Document;
}

function ourVerdict(validators: Validators, request: Request) {
  const validator = validators.get(operationOf(request));
  if (!validator) throw new ProblemError("internal_error");
  return judge(validator, {
    path: { ...request.context.pathParams },
    query: { ...request.query },
    headers: { ...request.headers },
    body: structuredClone(request.body),
  });
}

/** The handler of such an operation judges its body, and whether there is one. */
function readsItsBodyItself(request: Request): boolean {
  const { requestContentTypes, rawBody } = operations[operationOf(request)];
  const types: readonly string[] = requestContentTypes;
  return rawBody || (types.length > 0 && !types.includes("application/json"));
}

/** The library reports refusals as errors with a 4xx status; anything else is a failure of its own. */
function isVerdict(error: unknown): boolean {
  const status = (error as { status?: number }).status ?? 500;
  return status >= 400 && status < 500;
}

function runChain(
  chain: RequestHandler[],
  request: Request,
  response: Response,
  done: (error?: unknown) => void,
): void {
  const step =
    (index: number): NextFunction =>
    (error?: unknown) => {
      const handler = chain[index];
      if (error || !handler) return done(error);
      void handler(request, response, step(index + 1));
    };
  step(0)();
}
