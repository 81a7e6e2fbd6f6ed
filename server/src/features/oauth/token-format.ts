import { hash } from "node:crypto";
import { isTokenOf, newToken } from "../../platform/crypto/index.ts";

export const accessTokenPrefix = "amv_oauth_";
const refreshTokenPrefix = "amv_refresh_";

export const newAccessToken = (): string => newToken(accessTokenPrefix);
export const newRefreshToken = (): string => newToken(refreshTokenPrefix);
export const isAccessToken = (text: string): boolean => isTokenOf(accessTokenPrefix, text);

/** What is stored of a token, a code or a cookie. They have at least 250 random bits, so a plain hash cannot be guessed back. */
export function hashOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
