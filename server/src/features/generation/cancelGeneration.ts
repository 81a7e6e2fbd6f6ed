import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { announce } from "./feed.ts";
import { readGeneration } from "./getGeneration.ts";
import { presentGeneration } from "./present.ts";
import type { GenerationDeps } from "./deps.ts";
import { cancelGeneration as cancelRow } from "./store.ts";

/** Stops a generation that is not final yet; what its worker finishes afterwards is thrown away. */
export const cancelGeneration =
  ({ db, emit, quota }: Pick<GenerationDeps, "db" | "emit" | "quota">): Handler<"cancelGeneration"> =>
  async ({ principal, path, requestId, write }) => {
    const { id } = await readGeneration(db, principal.accountId, path.generation_id);
    return write(async (tx) => {
      const row = await cancelRow(tx, id);
      if (!row) throw new ProblemError("generation_not_cancelable");
      // What was never sent to a provider cost nothing. (GEN-13)
      await quota.settle(tx, id, row.called ? "charged" : "refunded");
      const generation = presentGeneration(row);
      await emit(tx, { type: "generation.canceled", data: generation, requestId });
      await announce(tx, id, "canceled");
      return ok(generation);
    });
  };
