import { hash } from "node:crypto";
import type { SignedUp } from "../accounts/index.ts";

/**
 * Kept in a browser's session and compared whenever the session is used: a new password, and signing out everywhere, end
 * every sign-in that was made before. Says nothing about the password; its slow hash has 128 random bits of salt in it.
 */
export function signInMark({
  password_hash: passwordHash,
  sign_outs: signOuts,
}: Pick<SignedUp, "password_hash" | "sign_outs">): string {
  return `pwd:${hash("sha256", `sign-in ${passwordHash} ${signOuts}`, "base64url").slice(0, 22)}`;
}
