import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { cancel } from "./cancel.ts";
import { readGeneration } from "./getGeneration.ts";
import type { GenerationDeps } from "./deps.ts";

/** Stops a generation that is not final yet; what its worker finishes afterwards is thrown away. */
export const cancelGeneration =
  ({ db, emit, quota }: Pick<GenerationDeps, "db" | "emit" | "quota">): Handler<"cancelGeneration"> =>
  async ({ principal, path, requestId, write }) => {
    const { id } = await readGeneration(db, principal.accountId, path.generation_id);
    return write(async (tx) => {
      const generation = await cancel({ emit, quota }, tx, id, requestId);
      if (!generation) throw new ProblemError("generation_not_cancelable");
      return ok(generation);
    });
  };
