import type { Request } from "express";
import type { OperationId } from "../../generated/operations.ts";
import type { Scope } from "../../generated/scopes.ts";
import type { ProblemError } from "./problem.ts";

/** Who is asking, on which account, and what it may do. */
export interface Principal {
  kind: "api_key" | "oauth_token" | "session";
  accountId: string;
  mode: "live" | "test";
  scopes: ReadonlySet<Scope>;
  keyId: string | null;
  sessionId: string | null;
  userId: string | null;
  /** When the credential itself ends; null for never. What it makes must not outlive it. */
  expiresAt: Date | null;
  /** UUID of the app, for OAuth tokens only. */
  clientId?: string;
}

/** Checked input of an operation, as the spec types it: coerced parameters, parsed body. */
export interface OperationInput {
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

/** What the pipeline learns about a request on its way; each step fills its own part. */
export interface RequestContext {
  requestId: string;
  startedAt: number;
  operationId: OperationId | null;
  /** Name of a page or an OAuth endpoint, which the spec does not have. */
  routeName: string | null;
  pathParams: Record<string, string>;
  principal: Principal | null;
  /** Why an earlier step refuses the request: thrown only after it was counted. */
  refusal: ProblemError | null;
  /** A credential was sent and is none. */
  badCredential: boolean;
  input: OperationInput;
  /** Set by the step that refused the request or by the operation: the problem's code, for log and metrics. */
  problemCode: string | null;
}

declare module "express-serve-static-core" {
  interface Request {
    context: RequestContext;
  }
}

/** The operation of a routed request. Throws when a step that needs one runs before routing: that is a wiring bug. */
export function operationOf(request: Request): OperationId {
  const { operationId } = request.context;
  if (!operationId) throw new Error("this step needs a routed request: mount it after route()");
  return operationId;
}
