import { hash } from "node:crypto";
import { randomBase62 } from "../../platform/crypto/index.ts";

/** 256 bits; a plain hash of it cannot be guessed back. */
export const newSecret = (): string => randomBase62(43);
export const hashOf = (secret: string): Buffer => hash("sha256", secret, "buffer");
/** Binds an encrypted text to its row and field. */
export const aadOf = (id: string, field: "code_verifier" | "provider_code"): string => `sign_ins|${id}|${field}`;
