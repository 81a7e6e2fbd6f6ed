import type { KeyRing } from "../../platform/crypto/index.ts";

/** Readable and bound to its row; real encryption has its own tests. */
export const plainKeyRing: KeyRing = {
  encrypt: (plain, aad) => `${aad} ${plain}`,
  decrypt: (text, aad) => {
    if (!text.startsWith(`${aad} `)) throw new Error("this text was sealed for another row");
    return text.slice(aad.length + 1);
  },
};
