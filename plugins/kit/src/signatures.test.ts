import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { equalInConstantTime, verifyStandardWebhook, verifyTimestampedHmac } from "./signatures.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("t=,v1= signatures", () => {
  const secret = "whsec_canary_taken_as_it_is";
  const payload = JSON.stringify({ id: "evt_1", object: "event", note: "Größe" });
  const timestamp = 1_780_000_000;
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const verify = (value: string, body = bytes(payload), secrets = [secret]) =>
    verifyTimestampedHmac({ headers: { "stripe-signature": value }, body }, { header: "Stripe-Signature", secrets });

  test("made by Stripe's own library are verified, and give the signed time", () => {
    expect(verify(header)).toEqual({ verified: true, signedAt: new Date(timestamp * 1000) });
  });
  test("are taken from several, and with several secrets while one is replaced", () => {
    expect(verify(header.replace(",v1=", `,v1=${"0".repeat(64)},v0=abc,v1=`)).verified).toBe(true);
    expect(verify(header, undefined, ["whsec_new", secret]).verified).toBe(true);
  });
  test.each([
    ["", "no header"],
    [header.replace("t=", "t=1"), "another time"],
    [`t=1,${header}`, "two times"],
    [header.replace(/v1=../, "v1="), "a short signature"],
    [header.replace("v1=", "v0="), "only an old scheme"],
    [header.replace(String(timestamp), "soon"), "a time that is none"],
    [header.toUpperCase(), "other letters"],
  ])("%s: refused (%s)", (value) => {
    expect(verify(value).verified).toBe(false);
  });
  test("are over the bytes: a changed body is refused", () => {
    expect(verify(header, bytes(`${payload} `)).verified).toBe(false);
    expect(verify(header, bytes(payload), ["whsec_other"]).verified).toBe(false);
  });
});

const contracts =
  process.env["MUSICVERSE_CONTRACTS_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/contracts");
const file = resolve(contracts, "standard-webhooks/vectors.json");
const present = existsSync(file);
if (!present) console.log(`skipped: no vectors of Standard Webhooks at ${file}; set MUSICVERSE_CONTRACTS_DIR`);

interface Vector {
  name: string;
  algorithm: string;
  secret: string;
  id: string;
  timestamp: number;
  payload: string;
  expected: string;
}

describe.skipIf(!present)("Standard Webhooks' published vectors", () => {
  const { sign } = (present ? JSON.parse(readFileSync(file, "utf8")) : { sign: [] }) as { sign: Vector[] };
  const symmetric = sign.filter(({ algorithm }) => algorithm === "hmac-sha256");

  test.each(symmetric)(
    "$name is verified, and a changed one is not",
    ({ secret, id, timestamp, payload, expected }) => {
      const headers = { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": expected };
      const body = bytes(payload);
      expect(verifyStandardWebhook({ headers, body }, [secret])).toEqual({
        verified: true,
        signedAt: new Date(timestamp * 1000),
      });
      const forged = [
        { headers: { ...headers, "webhook-id": `${id}x` }, body },
        { headers: { ...headers, "webhook-timestamp": String(timestamp + 1) }, body },
        { headers: { ...headers, "webhook-signature": expected.slice(0, -2) }, body },
        { headers: { ...headers, "webhook-signature": expected.replace("v1,", "v1a,") }, body },
        { headers, body: bytes(`${payload}\n`) },
      ];
      for (const delivery of forged) expect(verifyStandardWebhook(delivery, [secret]).verified).toBe(false);
    },
  );

  test("there are some", () => expect(symmetric.length).toBeGreaterThan(1));
});

test("bytes that are no text are refused: the library would sign their replacement", () => {
  const headers = { "webhook-id": "1", "webhook-timestamp": "1780000000", "webhook-signature": "v1,x" };
  const body = new Uint8Array([0xff]);
  expect(verifyStandardWebhook({ headers, body }, ["whsec_Y2hpbWU="])).toEqual({
    verified: false,
    reason: "the body is not UTF-8",
  });
});

test("a malformed secret is the operator's mistake, told without the secret", () => {
  const headers = { "webhook-id": "1", "webhook-timestamp": "1780000000", "webhook-signature": "v1,x" };
  const verify = () => verifyStandardWebhook({ headers, body: new Uint8Array() }, ["whsec_!canary"]);
  expect(verify).toThrow("not whsec_ and base64");
  expect(verify).not.toThrow("canary");
});

test("a secret that is not configured verifies nothing, least of all its name", () => {
  const payload = "{}";
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: "undefined", timestamp: 1_780_000_000 });
  const delivery = { headers: { "stripe-signature": header }, body: bytes(payload) };
  for (const secrets of [[], [undefined], [""]]) {
    expect(verifyTimestampedHmac(delivery, { header: "stripe-signature", secrets }).verified).toBe(false);
  }
});

test("texts are equal or not, whatever their length", () => {
  expect([equalInConstantTime("a", "a"), equalInConstantTime("a", "ab"), equalInConstantTime("", "")]).toEqual([
    true,
    false,
    true,
  ]);
});
