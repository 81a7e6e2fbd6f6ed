import { defineSettings, keys } from "../config/define.ts";

export const settings = defineSettings({
  masterKeys: keys({
    variable: "MASTER_KEYS",
    description:
      "encrypts stored secrets; to rotate, add a key at the end of every process's list, then put it in front, and keep the old ones to read",
    example: "k1:<openssl rand -base64 32>",
  }),
  keyPeppers: keys({
    variable: "KEY_PEPPERS",
    description: "keys the stored hashes of API keys; put a new one in front to rotate, dropping one ends its API keys",
    example: "p1:<openssl rand -base64 32>",
  }),
});
