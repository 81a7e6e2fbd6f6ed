import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** How long after its exchange a refresh token is answered again as the first time, in ms. */
const REPEATABLE_MS = 30_000;
const ALGORITHM = "aes-256-gcm";

/**
 * A client that lost the answer, or that refreshed twice at once, asks again with the same token; it gets the same new
 * tokens. Later the old token in anybody's hands means theft (RFC 9700, 4.14.2).
 */
export function canBeRepeated(consumedAt: Date | null, now: Date): boolean {
  return consumedAt !== null && now.getTime() - consumedAt.getTime() < REPEATABLE_MS;
}

/** What was asked besides the token; another question gets no stored answer. */
export interface Question {
  clientId: string;
  scope: string | undefined;
}

/** Encrypted with a key that only the old token gives: whoever has the database alone reads none of the new ones. */
export function sealAnswer(token: string, question: Question, answer: object): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv(ALGORITHM, keyOf(token, question), iv);
  return Buffer.concat([
    iv,
    cipher.update(JSON.stringify(answer), "utf8"),
    cipher.final(),
    cipher.getAuthTag(),
  ]).toString("base64url");
}

/** Null for another token or another question. */
export function openAnswer(token: string, question: Question, sealed: string): object | null {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv(ALGORITHM, keyOf(token, question), bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return JSON.parse(
      Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8"),
    ) as object;
  } catch {
    return null;
  }
}

function keyOf(token: string, { clientId, scope }: Question): Buffer {
  return Buffer.from(
    hkdfSync("sha256", token, JSON.stringify([clientId, scope ?? null]), "musicverse oauth refresh answer", 32),
  );
}
