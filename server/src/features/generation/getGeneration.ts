import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { presentGeneration } from "./present.ts";
import type { GenerationDeps } from "./deps.ts";
import { isFinal } from "./states.ts";
import { selectGeneration, type GenerationRow } from "./store.ts";

/** Seconds that a polling client should wait while the generation is not final. */
export const POLL_SECONDS = "2";

export const getGeneration =
  ({ db }: Pick<GenerationDeps, "db">): Handler<"getGeneration"> =>
  async ({ principal, path }) => {
    const row = await readGeneration(db, principal.accountId, path.generation_id);
    return ok(presentGeneration(row), isFinal(row.status) ? undefined : { "Retry-After": POLL_SECONDS });
  };

/** Another account's generation is as missing as one that never was. */
export async function readGeneration(db: Database, accountId: string, publicId: string): Promise<GenerationRow> {
  const id = decodeId("gen", publicId);
  const [row] = id === null ? [] : await db.readTenant<GenerationRow>(accountId, selectGeneration(accountId, id));
  if (!row) throw new ProblemError("not_found", { detail: "There is no generation with this id in this account." });
  return row;
}
