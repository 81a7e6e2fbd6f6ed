import { only } from "../../platform/db/index.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import { presentProfile } from "./present.ts";
import type { AccountsDeps } from "./deps.ts";
import { type ProfileRow, selectProfile } from "./store.ts";

export const getProfile =
  ({ db }: Pick<AccountsDeps, "db">): Handler<"getProfile"> =>
  async ({ principal }) => {
    // The owner's address is a row of the live account, which a sandbox key cannot see by itself.
    const reason = "profile: the owner of a pair of accounts";
    const row = only(
      await db.readSystem<ProfileRow>(reason, selectProfile(principal.accountId)),
      `the owner of account ${principal.accountId}`,
    );
    return ok(presentProfile(row));
  };
