import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { type AdministeredAccountRow, selectAccount } from "./admin-store.ts";
import { presentAccount } from "./present.ts";
import type { AccountsDeps } from "./deps.ts";

export const getAccount =
  ({ db, countKeys }: Pick<AccountsDeps, "db" | "countKeys">): Handler<"getAccount"> =>
  async ({ path }) => {
    const id = decodeId("acc", path.account_id);
    const [row] =
      id === null
        ? []
        : await db.readSystem<AdministeredAccountRow>(
            "an administrator looks at an account",
            selectAccount(id, countKeys),
          );
    if (!row) throw noSuchAccount();
    return ok(presentAccount(row));
  };

export function noSuchAccount(): ProblemError {
  return new ProblemError("not_found", { detail: "There is no account with this id." });
}
