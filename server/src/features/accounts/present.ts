import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { ProfileRow } from "./store.ts";

type Profile = components["schemas"]["Profile"];

export function presentProfile(row: ProfileRow): Profile {
  const [live, sandbox] = row.mode === "live" ? [row.id, row.twin_id] : [row.twin_id, row.id];
  return {
    object: "profile",
    id: encodeId("acc", row.id),
    name: row.name,
    email: row.email,
    mode: row.mode,
    tier: row.tier as Profile["tier"],
    live_account_id: encodeId("acc", live),
    sandbox_account_id: encodeId("acc", sandbox),
    created_at: row.created_at.toISOString(),
  };
}
