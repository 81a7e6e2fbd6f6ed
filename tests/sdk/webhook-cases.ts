import { Webhook } from "standardwebhooks";
import { openApiDocument } from "../../server/src/platform/http/validate.ts";
import { resolve } from "../spec.ts";
import type { Case } from "./case.ts";

/** A webhook as the reference library signs it, then changed, then given to the SDK. */
export interface SignedCase {
  name: string;
  sign: { secret: string; id: string; timestamp: number; body: string };
  /** What differs from what was signed. In `headers`, `{signature}` is the genuine one, null leaves the header out. */
  given?: {
    body?: string;
    headers?: Record<string, string | null>;
    secrets?: string[];
    now?: number;
    tolerance_ms?: number;
    verify_only?: boolean;
  };
  expect: Case["expect"];
}

export function signed({ name, sign, given = {}, expect }: SignedCase): Omit<Case, "group"> {
  const signature = new Webhook(sign.secret).sign(sign.id, new Date(sign.timestamp * 1000), sign.body);
  const genuine = {
    "webhook-id": sign.id,
    "webhook-timestamp": String(sign.timestamp),
    "webhook-signature": signature,
  };
  const headers = Object.entries({ ...genuine, ...given.headers }).flatMap(([header, value]) =>
    value === null ? [] : [[header, value.replaceAll("{signature}", signature)]],
  );
  const unwrap = {
    body: sign.body,
    secrets: [sign.secret],
    now: sign.timestamp,
    ...given,
    headers: Object.fromEntries(headers) as Record<string, string>,
  };
  return { name, call: { unwrap }, server: [], expect: { requests: 0, ...expect } };
}

/** The example of every event type in the contract, signed, arrives as it was sent. */
export function everyEvent(): Case[] {
  const { webhooks } = openApiDocument as unknown as {
    webhooks: Record<
      string,
      { post: { requestBody: { content: Record<string, { examples: Record<string, unknown> }> } } }
    >;
  };
  return Object.entries(webhooks).map(([type, { post }]): Case => {
    const [example] = Object.values(post.requestBody.content["application/json"]?.examples ?? {});
    const { value } = resolve<{ value: { type: string } }>(example);
    const sign = {
      secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
      id: "evt_1",
      timestamp: 1_795_248_000,
      body: JSON.stringify(value),
    };
    return {
      ...signed({ name: `${type} gives its event`, sign, expect: { value: { ...value, type } } }),
      group: "every-event",
    };
  });
}

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

const refused: Case["expect"] = { requests: 0, error: { class: "WebhookVerificationError" } };

/** The published vectors, from the file of those. */
export function publishedVectors(file: string): Case[] {
  const vectors = JSON.parse(file) as Vectors;
  const [first] = vectors.sign;
  if (!first) throw new Error("the vectors have no first one");
  return [
    ...vectors.sign.map(({ name, algorithm, secret, id, timestamp, payload, expected }): Case => {
      // Asymmetric signatures are not ours: they must not be taken for ours either.
      const own = algorithm === "hmac-sha256";
      const headers = { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": expected };
      const unwrap = {
        body: payload,
        headers,
        secrets: [own ? secret : first.secret],
        now: timestamp,
        verify_only: true,
      };
      return {
        group: "published-vectors",
        name: `signed: ${name}`,
        call: { unwrap },
        server: [],
        expect: own ? { requests: 0 } : refused,
      };
    }),
    ...vectors.verify_cases_relative_to_first_sign_vector.map((vector) => verification(first, vector)),
    ...vectors.secret_parsing.map(({ secret, valid, note }, index): Case => {
      const headers = { "webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" };
      const reason = valid ? "signature_mismatch" : "invalid_secret";
      return {
        group: "published-vectors",
        name: `secret ${index}: ${note}`,
        call: { unwrap: { body: "", headers, secrets: [secret], now: 1, verify_only: true } },
        server: [],
        expect: { requests: 0, error: { class: "WebhookVerificationError", reason } },
      };
    }),
  ];
}

function verification(
  { secret, id, timestamp, payload }: Vectors["sign"][number],
  { name, mutate, expect }: Vectors["verify_cases_relative_to_first_sign_vector"][number],
): Case {
  const body = mutate.payload ?? payload;
  const genuine = new Webhook(secret).sign(id, new Date(timestamp * 1000), body);
  const signature =
    mutate.truncate_signature !== undefined
      ? genuine.slice(0, mutate.truncate_signature)
      : (mutate.signature_template?.replace("{VALID}", genuine) ?? genuine);
  const headers: Record<string, string> = {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signature,
    ...mutate.set_header,
  };
  if (mutate.delete_header) delete headers[mutate.delete_header];
  const unwrap = {
    body,
    headers,
    secrets: [mutate.strip_prefix ? secret.replace("whsec_", "") : secret],
    // A timestamp older than now by n seconds is now being n seconds later.
    now: timestamp - (mutate.timestamp_offset_s ?? 0),
    verify_only: true,
  };
  return {
    group: "published-vectors",
    name,
    call: { unwrap },
    server: [],
    expect: expect.startsWith("accept") ? { requests: 0 } : refused,
  };
}
