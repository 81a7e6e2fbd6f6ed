/** What makes a transaction act as a tenant or as the system: one prepared statement, local to the transaction. */
export interface Setup {
  name: string;
  text: string;
  values: string[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOBODY = "00000000-0000-0000-0000-000000000000";

type TenantMode = "read" | "write" | "write_soon";

const tenant = (mode: TenantMode, accountId: string): Setup => ({
  name: `become_tenant_to_${mode}`,
  text: `select set_config('app.account_id', $1, true)${MORE[mode]}`,
  values: [accountId],
});

const system = (mode: "read" | "write"): Setup => ({
  name: `become_system_to_${mode}`,
  text: `select set_config('role', 'musicverse_system', true)${mode === "read" ? READ_ONLY : ""}`,
  values: [],
});

const READ_ONLY = ", set_config('transaction_read_only', 'on', true)";

/** What becoming a tenant sets besides. */
const MORE: Record<TenantMode, string> = {
  read: READ_ONLY,
  write: "",
  write_soon: ", set_config('synchronous_commit', 'off', true)",
};

/** @throws TypeError when `accountId` is no UUID */
export function assertAccountId(accountId: string): void {
  if (!UUID.test(accountId)) throw new TypeError(`"${accountId}" is not an account's UUID`);
}

/** @throws TypeError when `accountId` is no UUID, before anything is sent */
export function becomeTenant(mode: TenantMode, accountId: string): Setup {
  assertAccountId(accountId);
  return tenant(mode, accountId);
}

export const becomeSystem = { read: system("read"), write: system("write") };

/** The statement that opens a transaction, ahead of a setup for writing. */
export const begin: Setup = { name: "begin", text: "begin", values: [] };

/** What goes ahead of another statement; every connection prepares it when it opens. */
export const preparedSetups: readonly Setup[] = [
  tenant("read", NOBODY),
  tenant("write", NOBODY),
  tenant("write_soon", NOBODY),
  becomeSystem.read,
  becomeSystem.write,
  begin,
];
