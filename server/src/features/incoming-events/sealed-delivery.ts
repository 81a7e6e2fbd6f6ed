import type { WebhookDelivery } from "@musicverse/plugin-kit";
import type { KeyRing } from "../../platform/crypto/index.ts";

const aadOf = (id: string) => `incoming_events|${id}|delivery`;

/** A delivery as it is stored; the text is bound to its row. */
export function sealDelivery(keyRing: KeyRing, id: string, { headers, body }: WebhookDelivery): string {
  return keyRing.encrypt(JSON.stringify({ headers, body: Buffer.from(body).toString("base64") }), aadOf(id));
}

export function openDelivery(keyRing: KeyRing, id: string, sealed: string): WebhookDelivery {
  const { headers, body } = JSON.parse(keyRing.decrypt(sealed, aadOf(id))) as {
    headers: Record<string, string>;
    body: string;
  };
  return { headers, body: Buffer.from(body, "base64") };
}
