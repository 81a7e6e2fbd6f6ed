export { randomBase62, toBase62 } from "./base62.ts";
export { createKeyRing, DecryptionError, deriveSecret, deriveSecrets, type KeyRing } from "./key-ring.ts";
export { hashPassword, verifyPassword } from "./passwords.ts";
export { createPeppers, type Peppers } from "./peppers.ts";
export { TooManyWaiting } from "./semaphore.ts";
export { checksum, isTokenOf, newToken } from "./tokens.ts";
