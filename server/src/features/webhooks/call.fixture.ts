import type { Handler } from "../../platform/http/operation.ts";
import type { OperationId } from "../../generated/operations.ts";
import type { Database } from "../../platform/db/index.ts";

interface Call {
  accountId: string;
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Calls a handler as the pipeline does after its checks, without HTTP. */
export function caller(db: Database) {
  return <K extends OperationId>(handler: Handler<K>, { accountId, path = {}, query = {}, body }: Call) =>
    handler({
      principal: { kind: "api_key", accountId, mode: "live", scopes: new Set() },
      path,
      query,
      body,
      requestId: "req_test",
      write: (effect: Parameters<Database["withTenant"]>[1]) => db.withTenant(accountId, effect),
    } as unknown as Parameters<Handler<K>>[0]) as unknown as Promise<Answer>;
}
