export { createPasswordCheck, type CheckPassword } from "./check-password.ts";
export { deleteUser } from "./end-sessions.ts";
export { createAccount } from "./create-account.ts";
export { credentialsChannel } from "./store.ts";
export { ownerAddress } from "./owner-address.ts";
export { effectiveScopes, plainScopes } from "./scopes.ts";
export { forgetCredentials } from "./maintenance.ts";
export { openSession } from "./session-token.ts";
export { createSessionLookup } from "./session-lookup.ts";
export type { EndCredentials } from "./deps.ts";
export { createSignInCheck, type SignInCheck } from "./sign-in-check.ts";
export { setAdministrator } from "./set-administrator.ts";
export {
  boostEndOf,
  countEntitlementChange,
  deleteAccounts,
  existingAccounts,
  findSignedUp,
  isAccount,
  lockAccount,
  lockUser,
  modeOf,
  planOf,
  selectAccountById,
  selectLiveAccount,
  selectPair,
  usersOf,
  writePlan,
  type PairedAccount,
  type SignedUp,
} from "./tenants.ts";
