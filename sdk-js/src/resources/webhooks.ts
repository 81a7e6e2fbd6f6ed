import { WebhooksResource as GeneratedWebhooksResource } from "../generated/resources/webhooks.ts";
import type { WebhookPayload } from "../generated/types.ts";
import { unwrapWebhook } from "../webhooks/unwrap.ts";
import type { UnwrapOptions, WebhookHeaders } from "../webhooks/unwrap.ts";

export class WebhooksResource extends GeneratedWebhooksResource {
  /** Verifies a received webhook and returns its typed event; needs no API key. The same as {@link unwrapWebhook}. */
  unwrap(
    body: string | Uint8Array,
    headers: WebhookHeaders,
    secret: string | readonly string[],
    options?: UnwrapOptions,
  ): Promise<WebhookPayload> {
    return unwrapWebhook(body, headers, secret, options);
  }
}
