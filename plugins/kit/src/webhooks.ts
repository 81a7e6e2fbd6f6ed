import { z } from "zod";
import type { PluginContext } from "./context.ts";

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

/** All are asked for one delivery at a time, have no network, and stand in the provider's request or in a job after it. */
export const webhooksFunctions = {
  verify: { input: webhookDelivery, output: webhookVerdict },
  eventId: { input: webhookDelivery, output: z.string().regex(/^[\x21-\x7e]{1,255}$/, "1–255 printable characters") },
  occurredAt: { input: webhookDelivery, output: z.date() },
  normalize: { input: webhookDelivery, output: webhookEvent },
} as const;

type Answer<T> = T | Promise<T>;

export interface WebhooksCapability<Config = Readonly<Record<string, unknown>>> {
  /** Judges the signature over the raw bytes, with a secret of `ctx.config`; `verifySignature` helpers do the work. */
  verify(ctx: PluginContext<Config>, delivery: WebhookDelivery): Answer<WebhookVerdict>;
  /** The provider's name of the event: the same each time that it sends this event again. Only asked when verified. */
  eventId(ctx: PluginContext<Config>, delivery: WebhookDelivery): Answer<string>;
  /** When it happened at the provider: what is processed out of turn can be told by it. */
  occurredAt(ctx: PluginContext<Config>, delivery: WebhookDelivery): Answer<Date>;
  /** Asked in a job, again after a failure. Throw PluginError `PERMANENT` or `UPSTREAM` for what cannot be read. */
  normalize(ctx: PluginContext<Config>, delivery: WebhookDelivery): Answer<WebhookEvent | null>;
}
