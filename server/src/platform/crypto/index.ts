export { createKeyRing, DecryptionError, deriveSecret, type KeyRing } from "./key-ring.ts";
export { hashPassword, verifyPassword } from "./passwords.ts";
export { createPeppers, type Peppers } from "./peppers.ts";
