import express, { type RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";
import { operationOf } from "./context.ts";
import { lateBodyText, whenBodyIsLate } from "./late-body.ts";
import { ProblemError } from "./problem.ts";

const JSON_TYPE = /^application\/json(?:\s*;\s*charset=utf-8)?$/i;
const MULTIPART_TYPE = /^multipart\/form-data\s*;\s*boundary=/i;

/** Largest JSON body accepted, in bytes. Audio comes as multipart and is streamed, not parsed here. */
const JSON_BYTES_MAX = 1_000_000;

const parseJson = express.json({ limit: JSON_BYTES_MAX, type: () => true, strict: true });

/** Signatures cover the bytes as they came: nothing is unpacked or decoded. */
const readRaw = express.raw({ limit: JSON_BYTES_MAX, type: () => true, inflate: false });

/**
 * Parses JSON bodies and leaves multipart streams alone. The Content-Type is judged here against a closed list and
 * never handed on: a validator that compiles one schema per distinct media type could be exhausted with made-up ones.
 */
export const readBody =
  ({ timeoutMs }: { timeoutMs: number }): RequestHandler =>
  (request, response, next) => {
    const { rawBody, requestContentTypes } = operations[operationOf(request)];
    const whole = (read: RequestHandler, done: (error?: unknown) => void) => {
      const end = once(done);
      whenBodyIsLate(request, timeoutMs, () => end(tooSlow(timeoutMs)));
      read(request, response, (error?: unknown) => end(error && bodyProblem(error)));
    };
    if (rawBody) {
      return whole(readRaw, (error) => {
        request.body ??= Buffer.alloc(0);
        next(error);
      });
    }
    const accepted: readonly string[] = requestContentTypes;
    const hasBody =
      request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
    if (accepted.length === 0 || !hasBody) return next();

    const type = request.headers["content-type"] ?? "";
    if (accepted.includes("application/json") && JSON_TYPE.test(type)) {
      return whole(parseJson, next);
    }
    if (accepted.includes("multipart/form-data") && MULTIPART_TYPE.test(type)) return next();
    throw new ProblemError("unsupported_media_type", {
      detail: `Send this operation's body as ${accepted.join(" or ")}; the request said ${describe(type)}.`,
      headers: { Accept: accepted.join(", ") },
    });
  };

function once(call: (error?: unknown) => void): (error?: unknown) => void {
  let called = false;
  return (error) => {
    if (!called) call(error);
    called = true;
  };
}

function tooSlow(timeoutMs: number): ProblemError {
  return new ProblemError("malformed_json", { detail: lateBodyText(timeoutMs) });
}

function describe(contentType: string): string {
  return contentType ? `“${contentType.slice(0, 80).replaceAll(/[^\x20-\x7e]/g, "?")}”` : "nothing (no Content-Type)";
}

/** body-parser's failures → problems. Its texts can quote the body, so none of them is passed on. */
function bodyProblem(error: unknown): unknown {
  const { type, message } = error as { type?: string; message?: string };
  switch (type) {
    case "entity.parse.failed": {
      const position = /position (\d+)/.exec(message ?? "")?.[1];
      const where = position ? ` at byte ${position}` : "";
      return new ProblemError("malformed_json", {
        detail: `The body is not valid JSON: the parser stopped${where}. Send one JSON object.`,
      });
    }
    case "entity.too.large":
      return new ProblemError("body_too_large", {
        detail: `The body is over ${JSON_BYTES_MAX.toLocaleString("en")} bytes. Send less.`,
      });
    case "request.aborted":
    case "request.size.invalid":
      return new ProblemError("malformed_json", {
        detail: "The body ended before its announced length. Send it again, whole.",
      });
    case "charset.unsupported":
    case "encoding.unsupported":
      return new ProblemError("unsupported_media_type", {
        detail: "Send JSON as UTF-8, uncompressed or gzip; a webhook uncompressed.",
      });
    default:
      return error;
  }
}
