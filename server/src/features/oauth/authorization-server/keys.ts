import { createPrivateKey } from "node:crypto";
import type { JWKS } from "oidc-provider";
import type { NamedKey } from "../../../platform/config/index.ts";
import { deriveSecrets } from "../../../platform/crypto/index.ts";

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410, 7). */
const ED25519_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** Of the newest master key first, which signs; the others still verify, so nobody is signed out when keys rotate. */
export function cookieKeys(masterKeys: readonly NamedKey[]): string[] {
  return deriveSecrets(masterKeys, "oauth cookies").map((secret) => secret.toString("base64url"));
}

/** The library wants a signing key; nothing is signed with it, because tokens are opaque and there are no ID tokens. */
export function signingKeys(masterKeys: readonly NamedKey[]): JWKS {
  const keys = deriveSecrets(masterKeys, "oauth signing").map((seed) => {
    const jwk = createPrivateKey({ key: Buffer.concat([ED25519_HEAD, seed]), format: "der", type: "pkcs8" }).export({
      format: "jwk",
    });
    return { ...jwk, use: "sig", alg: "EdDSA" };
  });
  return { keys };
}
