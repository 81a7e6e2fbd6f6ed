import type { Statement, SystemTx } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";

export interface AdminActionRow {
  id: string;
  actor_kind: Principal["kind"] | "command_line";
  actor_account_id: string | null;
  actor_user_id: string | null;
  actor_key_id: string | null;
  action: string;
  target_account_id: string | null;
  target_id: string;
  details: Record<string, string | number | boolean | null>;
  request_id: string | null;
  created_at: Date;
}

export async function insertAdminAction(tx: SystemTx, row: AdminActionRow): Promise<void> {
  await tx.knex("admin_actions").insert(row);
}

export const selectAdminActions = (page: {
  afterId: string | null;
  limit: number;
  targetAccountId: string | null;
}): Statement => ({
  name: "admin_actions_page",
  text: `select id, actor_kind, actor_account_id, actor_user_id, actor_key_id, action, target_account_id, target_id, details, request_id, created_at
           from admin_actions
          where ($1::uuid is null or id < $1) and ($2::uuid is null or target_account_id = $2)
          order by id desc limit $3`,
  values: [page.afterId, page.targetAccountId, page.limit + 1],
});
