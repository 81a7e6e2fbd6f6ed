import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createKeyRing, createPeppers, DecryptionError, deriveSecret, hashPassword, verifyPassword } from "./index.ts";

const k1 = { id: "k1", key: randomBytes(32) };
const k2 = { id: "k2", key: randomBytes(32) };
const aad = "account|webhook|id|secret";

describe("the key ring", () => {
  test("gives back what was encrypted, and never writes the same text twice", () => {
    const ring = createKeyRing([k1]);
    const [one, two] = [ring.encrypt("grüße", aad), ring.encrypt("grüße", aad)];
    expect(one).not.toBe(two);
    expect([ring.decrypt(one, aad), ring.decrypt(two, aad)]).toEqual(["grüße", "grüße"]);
    expect(ring.decrypt(ring.encrypt("", aad), aad)).toBe("");
  });

  test("reads old texts after a rotation and writes new ones with the new key", () => {
    const old = createKeyRing([k1]).encrypt("text", aad);
    const rotated = createKeyRing([k2, k1]);
    expect(rotated.decrypt(old, aad)).toBe("text");
    expect(rotated.encrypt("text", aad)).toMatch(/^v1\.k2\./);
    expect(() => createKeyRing([k2]).decrypt(old, aad)).toThrow(/"k1", which is not in MASTER_KEYS/);
  });

  test("refuses a text that was moved to another row, changed, cut or never encrypted", () => {
    const ring = createKeyRing([k1, { ...k1, id: "k3" }]);
    const text = ring.encrypt("text", aad);
    const flipped = text.slice(0, -2) + (text.at(-2) === "A" ? "B" : "A") + text.at(-1);
    for (const wrong of [flipped, text.slice(0, -8), text.replace("v1.k1.", "v1.k3."), "v1.k1..", "text", ""]) {
      expect(() => ring.decrypt(wrong, aad)).toThrow(DecryptionError);
    }
    expect(() => ring.decrypt(text, "account|webhook|other|secret")).toThrow(DecryptionError);
  });

  test("gives each purpose a secret of its own", () => {
    expect(deriveSecret([k1], "cursors")).toEqual(deriveSecret([k1, k2], "cursors"));
    expect(deriveSecret([k1], "cursors")).not.toEqual(deriveSecret([k1], "links"));
    expect(deriveSecret([k1], "cursors")).not.toEqual(deriveSecret([k2], "cursors"));
  });
});

test("a pepper's version decides the hash; a version no longer configured matches nothing", () => {
  const peppers = createPeppers([k2, k1]);
  expect(peppers.current).toBe("k2");
  expect(peppers.hash("k1", "key")).toEqual(createPeppers([k1]).hash("k1", "key"));
  expect(peppers.hash("k2", "key")).not.toEqual(peppers.hash("k1", "key"));
  expect(createPeppers([k2]).hash("k1", "key")).not.toEqual(peppers.hash("k1", "key"));
});

test("a password is recognised however its characters were composed, and only that password", async () => {
  const stored = await hashPassword("pw-canary-é");
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(stored, "pw-canary-e\u0301")).toBe(true);
  expect(await verifyPassword(stored, "pw-canary-e")).toBe(false);
});

test("without a user no password is right, not even the decoy's", async () => {
  expect(await verifyPassword(null, "nobody's password")).toBe(false);
});
