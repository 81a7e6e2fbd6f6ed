import { z } from "zod";
import { defineCapability, type CapabilityOf } from "./define-capability.ts";

/** What a provider sent to `POST /hooks/{plugin}`, before anything in it was read. */
export const webhookDelivery = z.strictObject({
  /** Names in lower case; repeated ones joined with ", ". */
  headers: z.record(z.string(), z.string()),
  /** The bytes as they came: what is signed. */
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array, "no bytes"),
});
export type WebhookDelivery = z.output<typeof webhookDelivery>;

/**
 * `signedAt` is the time that the signature covers: the host refuses what is more than 5 minutes off. Null for providers
 * that sign none; their `occurredAt` must then lie within the time for which the host remembers events.
 */
export const webhookVerdict = z.discriminatedUnion("verified", [
  z.strictObject({ verified: z.literal(true), signedAt: z.date().nullable() }),
  z.strictObject({ verified: z.literal(false), reason: z.string().min(1).max(200) }),
]);
export type WebhookVerdict = z.output<typeof webhookVerdict>;

/** What happened, in the words of the plugin; null when nothing in MusicVerse needs to know. */
export const webhookEvent = z
  .strictObject({
    /** `invoice.paid`. Features subscribe to it by this name. */
    type: z
      .string()
      .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/, "lower case words with dots")
      .max(100),
    data: z.record(z.string(), z.json()),
  })
  .nullable();
export type WebhookEvent = NonNullable<z.output<typeof webhookEvent>>;

/** Pure functions of one delivery: they judge and read it while the provider waits, or in a job after it was accepted. */
const judgement = {
  input: webhookDelivery,
  deadlineMs: 2_000,
  network: false,
  auth: "none",
  retrySafety: "safe",
} as const;
const input = {
  headers: { "webhook-id": "msg_1", "webhook-timestamp": "1780000000", "webhook-signature": "v1,c2lnbmF0dXJl" },
  body: new TextEncoder().encode('{"type":"invoice.paid"}'),
};

/** What the provider sends to `POST /hooks/{plugin}`. */
export const webhooks = defineCapability("webhooks", {
  /** Verifies the signature over the raw bytes with a secret of `ctx.config`; `verifyStandardWebhook` and others help. */
  verify: { ...judgement, output: webhookVerdict, example: { input, output: { verified: true, signedAt: null } } },
  /** The provider's id of the event, the same each time the event is sent. Asked only once it is verified. */
  eventId: {
    ...judgement,
    output: z.string().regex(/^[\x21-\x7e]{1,255}$/, "1–255 printable characters"),
    example: { input, output: "msg_1" },
  },
  /** When it happened at the provider, so that events that arrive out of order can be told apart. */
  occurredAt: { ...judgement, output: z.date(), example: { input, output: new Date("2026-06-01T12:00:00Z") } },
  /**
   * The event in MusicVerse's terms. Called in a job, and again after a failure. Throw PluginError `PERMANENT` or
   * `UPSTREAM` for what cannot be read.
   */
  normalize: { ...judgement, output: webhookEvent, example: { input, output: { type: "invoice.paid", data: {} } } },
});
export type WebhooksCapability<Config = Readonly<Record<string, unknown>>> = CapabilityOf<typeof webhooks, Config>;
