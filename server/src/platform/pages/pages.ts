import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import createRouter from "find-my-way";
import type { Logger } from "../log/index.ts";
import { admitAddress, type AddressLimitDeps } from "../http/address-limit.ts";
import type { RequestContext } from "../http/context.ts";
import { ProblemError } from "../http/problem.ts";
import { problemPage, sendPage, type PageAnswer } from "./answer.ts";
import { createCsrf, csrfField } from "./csrf.ts";
import { readForm, type Form } from "./form.ts";
import { html, type Markup } from "./html.ts";

export interface PageRequest {
  /** Parameters of the path, as text. */
  path: Record<string, string | undefined>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  ip: string;
  requestId: string;
  /** Put it into every form that posts. */
  csrf: Markup;
  raw: { request: IncomingMessage; response: ServerResponse };
}

export interface PostRequest extends PageRequest {
  form: Form;
}

/** One page: what it shows, and what happens to its form. */
export interface PageRoute {
  /** For log and metrics. */
  name: string;
  /** As find-my-way reads it: "/reset-password", "/oauth/interaction/:uid". */
  path: string;
  get?(request: PageRequest): Promise<PageAnswer>;
  /** Called with forms that came from this site's own page only. */
  post?(request: PostRequest): Promise<PageAnswer>;
}

export interface PagesDeps extends Omit<AddressLimitDeps, "addressLimits"> {
  routes: readonly PageRoute[];
  /** Where this site is reached from outside; asked when the first page is. */
  origin: () => string;
  /** Of the tokens in forms, the newest first. */
  secrets: readonly [Buffer, ...Buffer[]];
  /** The bucket of an address for showing and for posting. */
  limitsFor: AddressLimitDeps["addressLimits"];
  /** How long a form may take to arrive, in ms. */
  bodyTimeoutMs: number;
  log: Logger;
}

type HttpRequest = IncomingMessage & { context: RequestContext; ip?: string | undefined };
/** Mounts under Express; hands on what is no page. */
export type PagesHandler = (request: HttpRequest, response: ServerResponse, next: (error?: unknown) => void) => void;

/** Serves pages without JavaScript to browsers: limits by address, checks forms, and turns every failure into a page. */
export function createPages({
  routes,
  origin,
  secrets,
  limiter,
  limitsFor,
  headersFor,
  bodyTimeoutMs,
  log,
}: PagesDeps): PagesHandler {
  const limits = { limiter, headersFor, addressLimits: limitsFor };
  const csrf = createCsrf({ secrets, origin });
  const router = createRouter({ maxParamLength: 200 });
  for (const route of routes) router.on(["GET", "POST"], route.path, () => {}, route);

  const answer = async (
    route: PageRoute,
    path: PageRequest["path"],
    request: HttpRequest,
    response: ServerResponse,
  ): Promise<PageAnswer> => {
    const posting = request.method === "POST";
    const handler = posting ? route.post : route.get;
    if (!handler)
      throw new ProblemError("method_not_allowed", { headers: { Allow: route.get ? "GET, HEAD" : "POST" } });
    if (!(await admitAddress(limits, request, response)))
      throw new ProblemError("rate_limited", {
        detail: "Too many attempts from your network. Wait a minute and try again.",
      });
    const { token, setCookie } = csrf.issue(request.headers.cookie);
    if (setCookie !== null) response.appendHeader("Set-Cookie", setCookie);
    const page: PageRequest = {
      path,
      query: new URL(request.url ?? "/", origin()).searchParams,
      headers: request.headers,
      ip: request.ip ?? "unknown",
      requestId: request.context.requestId,
      csrf: html`<input type="hidden" name=${csrfField} value=${token} />`,
      raw: { request, response },
    };
    if (!posting) return (route.get as NonNullable<PageRoute["get"]>)(page);
    const form = await readForm(request, { timeoutMs: bodyTimeoutMs });
    csrf.check(request.headers, form.get(csrfField));
    return (route.post as NonNullable<PageRoute["post"]>)({ ...page, form });
  };

  return (request, response, next) => {
    const found = router.find(
      request.method === "HEAD" ? "GET" : ((request.method ?? "GET") as "GET"),
      (request.url ?? "/").split("?")[0] ?? "/",
    );
    if (!found) return next();
    const route = found.store as PageRoute;
    request.context.routeName = route.name;
    answer(route, found.params, request, response)
      .catch((error: unknown) => {
        const shown = problemPage(error, request.context.requestId);
        request.context.problemCode = error instanceof ProblemError ? error.code : "internal_error";
        if ((shown.status ?? 500) >= 500)
          log.error({ request_id: request.context.requestId, page: route.name, err: error }, "page request failed");
        // An unread form cannot share its connection with the next request.
        if (!request.complete) response.setHeader("Connection", "close");
        return shown;
      })
      .then((result) => send(response, result))
      .catch(next);
  };
}

function send(response: ServerResponse, answer: PageAnswer): void {
  if (!("redirect" in answer)) return sendPage(response, answer);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.appendHeader(name, value);
  // 303: whatever was posted stays here.
  response.writeHead(303, { Location: answer.redirect }).end();
}
