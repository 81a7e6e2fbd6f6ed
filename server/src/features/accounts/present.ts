import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { AdministeredAccountRow } from "./admin-store.ts";
import type { ListedSessionRow } from "./session-store.ts";
import type { ProfileRow } from "./store.ts";

type Account = components["schemas"]["Account"];
type Profile = components["schemas"]["Profile"];
type ActiveSession = components["schemas"]["ActiveSession"];

export function presentProfile(row: ProfileRow): Profile {
  const [live, sandbox] = row.mode === "live" ? [row.id, row.twin_id] : [row.twin_id, row.id];
  return {
    object: "profile",
    id: encodeId("acc", row.id),
    name: row.name,
    email: row.email,
    email_verified: row.email_verified,
    pending_email: row.pending_email,
    mode: row.mode,
    tier: row.mode === "test" ? "sandbox" : (row.plan as Profile["tier"]),
    live_account_id: encodeId("acc", live),
    sandbox_account_id: encodeId("acc", sandbox),
    created_at: row.created_at.toISOString(),
  };
}

export function presentAccount(row: AdministeredAccountRow): Account {
  return {
    object: "account",
    id: encodeId("acc", row.id),
    sandbox_account_id: encodeId("acc", row.twin_id),
    name: row.name,
    email: row.email,
    tier: row.plan as Account["tier"],
    is_admin: row.is_admin,
    api_keys_count: row.api_keys,
    sessions_count: row.sessions,
    created_at: row.created_at.toISOString(),
  };
}

export function presentSession(row: ListedSessionRow, currentId: string | null): ActiveSession {
  return {
    object: "session",
    id: encodeId("ses", row.id),
    current: row.id === currentId,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    ip: row.ip,
    user_agent: row.user_agent,
  };
}
