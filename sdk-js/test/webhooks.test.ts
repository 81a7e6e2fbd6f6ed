import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import { MusicVerse, unwrapWebhook, verifyWebhook, WebhookVerificationError } from "../src/index.ts";
import type { Generation, Track, WebhookPayload } from "../src/index.ts";

const secret = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;
const sentAt = 1_795_248_000;
const now = (): number => sentAt * 1000;
const event = {
  id: "evt_1",
  type: "track.created",
  timestamp: "2026-11-21T08:00:00Z",
  data: { object: "track", id: "trk_1", title: "Ü" },
};
const body = JSON.stringify(event);

function sign(
  content: string | Uint8Array,
  { key = secret, id = "evt_1", timestamp = String(sentAt) } = {},
): Record<string, string> {
  const hmac = createHmac("sha256", Buffer.from(key.replace("whsec_", ""), "base64"))
    .update(`${id}.${timestamp}.`)
    .update(content);
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${hmac.digest("base64")}` };
}

async function reasonOf(pending: Promise<unknown>): Promise<string> {
  const error = await pending.catch((thrown: unknown) => thrown);
  if (!(error instanceof WebhookVerificationError))
    throw new Error(`expected a WebhookVerificationError, got ${String(error)}`);
  return error.reason;
}

describe("a genuine webhook gives its event", () => {
  const headers = sign(body);
  test.each([
    ["body as text, plain headers", body, headers],
    ["body as bytes", new TextEncoder().encode(body), headers],
    ["body as Buffer", Buffer.from(body), headers],
    ["headers of fetch", body, new Headers(headers)],
    [
      "headers in other case",
      body,
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
    ],
    [
      "headers of Node, repeated ones as lists",
      body,
      { ...headers, "webhook-signature": ["v1,AAAA", headers["webhook-signature"] ?? ""] },
    ],
  ])("%s", async (_, content, given) => {
    expect(await unwrapWebhook(content, given, secret, { now })).toEqual(event);
  });

  test("through a client, which needs no API key for it", async () => {
    const client = new MusicVerse({ baseUrl: "http://127.0.0.1:1" });
    expect(await client.webhooks.unwrap(body, headers, secret, { now })).toEqual(event);
  });

  test("while one secret replaces another, either is accepted", async () => {
    const other = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    expect(await unwrapWebhook(body, headers, [other, secret], { now })).toEqual(event);
    expect(await reasonOf(unwrapWebhook(body, headers, [other], { now }))).toBe("signature_mismatch");
  });

  test("also of a type that this version does not know", async () => {
    const future = JSON.stringify({ ...event, type: "album.released", data: { anything: 1 } });
    expect(await unwrapWebhook(future, sign(future), secret, { now })).toHaveProperty("type", "album.released");
  });
});

test("the type of an event tells the type of its data", () => {
  const read = (payload: WebhookPayload): void => {
    if (payload.type === "track.created") expectTypeOf(payload.data).toEqualTypeOf<Track>();
    if (payload.type === "generation.failed") expectTypeOf(payload.data).toEqualTypeOf<Generation>();
  };
  expect(read).toBeTypeOf("function");
});

test.each([0, 1, body.length - 1])("a body changed at byte %i is refused", async (at) => {
  const changed = Buffer.from(body);
  changed[at] = (changed[at] ?? 0) ^ 1;
  expect(await reasonOf(unwrapWebhook(changed, sign(body), secret, { now }))).toBe("signature_mismatch");
});

test("a changed id or timestamp is refused", async () => {
  expect(await reasonOf(unwrapWebhook(body, { ...sign(body), "webhook-id": "evt_2" }, secret, { now }))).toBe(
    "signature_mismatch",
  );
  expect(
    await reasonOf(unwrapWebhook(body, { ...sign(body), "webhook-timestamp": String(sentAt + 1) }, secret, { now })),
  ).toBe("signature_mismatch");
});

describe("clock skew", () => {
  test.each([-300, -299, 0, 299, 300])("%i s is accepted", async (offset) => {
    await expect(unwrapWebhook(body, sign(body), secret, { now: () => (sentAt + offset) * 1000 })).resolves.toEqual(
      event,
    );
  });
  test.each([-301, 301, 86_400])("%i s is refused", async (offset) => {
    expect(await reasonOf(unwrapWebhook(body, sign(body), secret, { now: () => (sentAt + offset) * 1000 }))).toBe(
      "timestamp_out_of_tolerance",
    );
  });
  test("the tolerance can be narrowed, 0 included", async () => {
    const options = { now: () => now() + 2_000, toleranceMs: 0 };
    expect(await reasonOf(unwrapWebhook(body, sign(body), secret, options))).toBe("timestamp_out_of_tolerance");
  });
  test("the real clock is the default", async () => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    await expect(unwrapWebhook(body, sign(body, { timestamp }), secret)).resolves.toEqual(event);
    expect(await reasonOf(unwrapWebhook(body, sign(body, { timestamp: "1614265330" }), secret))).toBe(
      "timestamp_out_of_tolerance",
    );
  });
  test.each(["", "soon", "1e9", "-5", "1614265330.5"])("%j is no timestamp", async (timestamp) => {
    expect(await reasonOf(unwrapWebhook(body, sign(body, { timestamp }), secret, { now }))).toBe(
      timestamp ? "invalid_timestamp" : "missing_header",
    );
  });
});

test("a parsed body is refused with an explanation", async () => {
  await expect(unwrapWebhook(event as unknown as string, sign(body), secret, { now })).rejects.toThrow(
    /body as received.*not as a parsed object/,
  );
});

test("a genuine body that is no JSON is refused", async () => {
  expect(await reasonOf(unwrapWebhook("hello", sign("hello"), secret, { now }))).toBe("invalid_body");
});

test("no error message repeats the secret", async () => {
  const typo = "whsec_0123456789-canary-secret";
  const error = await unwrapWebhook(body, sign(body), typo, { now }).catch(String);
  expect(error).not.toContain("canary");
});

interface Vectors {
  sign: {
    name: string;
    algorithm: string;
    secret: string;
    id: string;
    timestamp: number;
    payload: string;
    expected: string;
  }[];
  verify_cases_relative_to_first_sign_vector: { name: string; expect: string; mutate: Mutation }[];
  secret_parsing: { secret: string; valid: boolean; note: string }[];
}
interface Mutation {
  delete_header?: string;
  set_header?: Record<string, string>;
  truncate_signature?: number;
  timestamp_offset_s?: number;
  signature_template?: string;
  strip_prefix?: boolean;
  payload?: string;
}

const contracts = process.env.MUSICVERSE_CONTRACTS_DIR ?? resolve(import.meta.dirname, "../../../shared/contracts");
const vectorsFile = join(contracts, "standard-webhooks/vectors.json");
const vectors = existsSync(vectorsFile) ? (JSON.parse(readFileSync(vectorsFile, "utf8")) as Vectors) : null;
if (!vectors)
  console.warn(
    `Skipped: no vectors of Standard Webhooks at ${vectorsFile}; set MUSICVERSE_CONTRACTS_DIR to test with them.`,
  );

describe.skipIf(!vectors)("the published vectors of Standard Webhooks", () => {
  const hmacVectors = vectors?.sign.filter(({ algorithm }) => algorithm === "hmac-sha256") ?? [];
  test.each(hmacVectors)("signed: $name", async (vector) => {
    const headers = {
      "webhook-id": vector.id,
      "webhook-timestamp": String(vector.timestamp),
      "webhook-signature": vector.expected,
    };
    await expect(
      verifyWebhook(vector.payload, headers, vector.secret, { now: () => vector.timestamp * 1000 }),
    ).resolves.toBeUndefined();
  });

  test("an asymmetric signature is not taken for ours", async () => {
    const vector = vectors?.sign.find(({ algorithm }) => algorithm === "ed25519");
    const headers = {
      "webhook-id": vector?.id,
      "webhook-timestamp": String(vector?.timestamp),
      "webhook-signature": vector?.expected,
    };
    expect(
      await reasonOf(
        verifyWebhook(vector?.payload ?? "", headers, secret, { now: () => (vector?.timestamp ?? 0) * 1000 }),
      ),
    ).toBe("signature_mismatch");
  });

  const [first] = hmacVectors;
  test.each(vectors?.verify_cases_relative_to_first_sign_vector ?? [])(
    "$name → $expect",
    async ({ mutate, expect: verdict }) => {
      if (!first) throw new Error("there is no first vector");
      const payload = mutate.payload ?? first.payload;
      const signed = sign(payload, { key: first.secret, id: first.id, timestamp: String(first.timestamp) });
      const valid = signed["webhook-signature"] ?? "";
      const headers: Record<string, string | undefined> = { ...signed, ...mutate.set_header };
      if (mutate.delete_header) headers[mutate.delete_header] = undefined;
      if (mutate.truncate_signature) headers["webhook-signature"] = valid.slice(0, mutate.truncate_signature);
      if (mutate.signature_template) headers["webhook-signature"] = mutate.signature_template.replace("{VALID}", valid);
      const key = mutate.strip_prefix ? first.secret.replace("whsec_", "") : first.secret;
      // A timestamp older than now by n seconds is now being n seconds later.
      const verified = verifyWebhook(payload, headers, key, {
        now: () => (first.timestamp - (mutate.timestamp_offset_s ?? 0)) * 1000,
      });
      if (verdict.startsWith("accept")) await expect(verified).resolves.toBeUndefined();
      else await expect(verified).rejects.toBeInstanceOf(WebhookVerificationError);
    },
  );

  test.each(vectors?.secret_parsing ?? [])("secret $secret is valid: $valid", async ({ secret: given, valid }) => {
    const reason = await reasonOf(
      verifyWebhook(
        "",
        { "webhook-id": "a", "webhook-timestamp": String(sentAt), "webhook-signature": "v1,AAAA" },
        given,
        { now },
      ),
    );
    expect(reason).toBe(valid ? "signature_mismatch" : "invalid_secret");
  });
});
