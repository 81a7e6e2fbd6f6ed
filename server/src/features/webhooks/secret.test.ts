import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { createSigner, newSecret, openSecret, sealSecret } from "./secret.ts";
import { plainKeyRing } from "./key-ring.fixture.ts";

const contracts =
  process.env.MUSICVERSE_CONTRACTS_DIR ?? resolve(import.meta.dirname, "../../../../../shared/contracts");
const file = resolve(contracts, "standard-webhooks/vectors.json");
const present = existsSync(file);
if (!present) console.log(`skipped: no signature vectors at ${file}; set MUSICVERSE_CONTRACTS_DIR`);

interface Vectors {
  sign: { algorithm: string; secret: string; id: string; timestamp: number; payload: string; expected: string }[];
}

describe.skipIf(!present)("the published vectors of Standard Webhooks", () => {
  const { sign } = JSON.parse(present ? readFileSync(file, "utf8") : `{ "sign": [] }`) as Vectors;
  const ours = sign.filter(({ algorithm }) => algorithm === "hmac-sha256");

  test("every vector gives the expected signature", () => {
    expect(ours.length).toBeGreaterThan(1);
    const made = ours.map((one) => createSigner(one.secret)(one.id, one.timestamp, Buffer.from(one.payload)));
    expect(made).toEqual(ours.map(({ expected }) => expected));
  });
});

test("a secret has 256 bits in the form of the standard, is never the same, and its library accepts it", () => {
  const [one, other] = [newSecret(), newSecret()];
  expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(one).not.toBe(other);
  const now = new Date();
  const body = Buffer.from(JSON.stringify({ title: "Grüße, 東京 🎵" }));
  const timestamp = Math.floor(now.getTime() / 1_000);
  const signature = createSigner(one)("evt_1", timestamp, body);
  expect(signature).toBe(new Webhook(one).sign("evt_1", now, body.toString()));
  const headers = { "webhook-id": "evt_1", "webhook-timestamp": String(timestamp), "webhook-signature": signature };
  expect(() => new Webhook(other).verify(body, headers)).toThrow("No matching signature");
  expect(() => new Webhook(one).verify(body.toString().replace("G", "g"), headers)).toThrow("No matching signature");
});

test("a sealed secret opens only for its own row, and a text that is no secret signs nothing", () => {
  const sealed = sealSecret(plainKeyRing, "account", "webhook", "whsec_AAAA");
  expect(openSecret(plainKeyRing, "account", "webhook", sealed)).toBe("whsec_AAAA");
  expect(() => openSecret(plainKeyRing, "account", "other", sealed)).toThrow("another row");
  expect(() => createSigner("")).toThrow(/whsec_/);
});
