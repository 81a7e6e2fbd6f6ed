import type { ServerResponse } from "node:http";
import { errorCatalogue } from "../../generated/errors.ts";
import { ProblemError } from "../http/problem.ts";
import { html, type Content } from "./html.ts";
import { renderDocument } from "./layout.ts";
import { stylesheetHash } from "./stylesheet.ts";

/** What a page answers: a document, or the way to the next one. */
export type PageAnswer = ShownPage | { redirect: string; headers?: Record<string, string> };

export interface ShownPage {
  title: string;
  body: Content;
  footer?: Content;
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Where else the page's forms may lead (browsers check redirects after a post, too): origins or schemes. */
  formAction?: readonly string[];
}

/**
 * A page with headers that leave it nothing but its own text and forms: no script, nothing from other hosts, no frame
 * around it. `same-origin`, for with `no-referrer` browsers hide the origin of a post, which is checked.
 */
export function pageAsHttp(page: ShownPage): { status: number; headers: Record<string, string>; body: string } {
  const formAction = ["'self'", ...(page.formAction ?? [])].join(" ");
  return {
    status: page.status ?? 200,
    headers: {
      "Content-Security-Policy": `default-src 'none'; style-src ${stylesheetHash}; img-src 'self'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
      "Referrer-Policy": "same-origin",
      "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Content-Type": "text/html; charset=utf-8",
      ...page.headers,
    },
    body: renderDocument(page),
  };
}

export function sendPage(response: ServerResponse, page: ShownPage): void {
  const { status, headers, body } = pageAsHttp(page);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(body);
}

/** A failure in words, with the request's id to report. What is no ProblemError is a bug, of which nothing is shown. */
export function problemPage(error: unknown, requestId: string): ShownPage {
  const problem = error instanceof ProblemError ? error : new ProblemError("internal_error", { cause: error });
  const { title, fix } = errorCatalogue[problem.code];
  return {
    status: problem.status,
    title,
    headers: problem.options.headers ?? {},
    body: html`<div>
      <h1>${title}</h1>
      <p class="lead">${problem.message}</p>
      ${problem.options.detail === undefined && html`<p>${fix}</p>`}
      <p class="hint">Request <code>${requestId}</code></p>
    </div>`,
  };
}
