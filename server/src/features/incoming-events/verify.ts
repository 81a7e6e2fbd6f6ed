import type { WebhookDelivery, WebhookVerdict } from "@musicverse/plugin-kit";
import type { Logger } from "../../platform/log/index.ts";
import { ProblemError, invalidField } from "../../platform/http/problem.ts";
import { PluginFailure, type PluginHost } from "../../platform/plugins/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import { callOf } from "./call.ts";
import { KEPT_DAYS } from "./maintenance.ts";
import { DAY_MS, MINUTE_MS } from "../../platform/time/index.ts";

/** How far the signed time may be from ours, in both directions. */
const TOLERANCE_MS = 5 * MINUTE_MS;

export interface VerifiedEvent {
  mode: "live" | "test";
  providerEventId: string;
  occurredAt: Date;
}

interface Received {
  plugin: string;
  delivery: WebhookDelivery;
  requestId: string;
  signal: AbortSignal;
}

/**
 * Whose signature it is and which event. Throws ProblemError: not_found, invalid_signature, stale_timestamp,
 * validation_failed, plugin_unavailable.
 */
export async function verifyDelivery(
  deps: { plugins: PluginHost; clock: Clock; log: Logger },
  received: Received,
): Promise<VerifiedEvent> {
  const { plugins, clock, log } = deps;
  const { plugin, delivery, requestId, signal } = received;
  if (!plugins.can(plugin, "webhooks", "verify")) {
    throw new ProblemError("not_found", {
      detail: "No plugin of this name receives webhooks here. Check the address that is set at the provider.",
    });
  }
  const modes = (["live", "test"] as const).filter((mode) => plugins.ready(plugin, mode));
  for (const mode of modes) {
    const call = callOf(mode, requestId, requestId, signal);
    const verdict = await judged(plugins.invoke(plugin, "webhooks", "verify", call, delivery));
    if (!verdict.verified) {
      log.info(
        { plugin, mode, request_id: requestId, reason: verdict.reason },
        "incoming webhook rejected: verification failed",
      );
      continue;
    }
    const occurredAt = await read(plugins.invoke(plugin, "webhooks", "occurredAt", call, delivery));
    assertFresh(verdict.signedAt, occurredAt, clock.now());
    return {
      mode,
      occurredAt,
      providerEventId: await read(plugins.invoke(plugin, "webhooks", "eventId", call, delivery)),
    };
  }
  if (modes.length === 0)
    throw new ProblemError("plugin_unavailable", {
      detail: `${plugin} is not configured.`,
      headers: { "Retry-After": "300" },
    });
  throw new ProblemError("invalid_signature");
}

/** Where no time is signed, the event itself must be young enough for us to remember that we had it. */
function assertFresh(signedAt: Date | null, occurredAt: Date, now: Date): void {
  const [at, past] = signedAt ? [signedAt, TOLERANCE_MS] : [occurredAt, KEPT_DAYS * DAY_MS];
  const ageMs = now.getTime() - at.getTime();
  if (ageMs <= past && ageMs >= -TOLERANCE_MS) return;
  throw new ProblemError("stale_timestamp", {
    detail: `The webhook was signed at ${at.toISOString()}, too far from now. Send it anew, or check the clocks.`,
  });
}

/** A verdict that the plugin cannot give is our trouble (a secret of the wrong form): the provider shall come back. */
async function judged(verdict: Promise<WebhookVerdict>): Promise<WebhookVerdict> {
  try {
    return await verdict;
  } catch (error) {
    if (!(error instanceof PluginFailure) || error.code === "PLUGIN_BUG") throw error;
    throw new ProblemError("plugin_unavailable", { cause: error, headers: { "Retry-After": "300" } });
  }
}

/** The provider signed it, but it is nothing that the plugin knows how to read. */
async function read<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof PluginFailure) || error.code === "PLUGIN_BUG") throw error;
    throw invalidField(
      "/body",
      "unreadable_event",
      "The plugin cannot read this event. Send one of the provider's webhooks, unchanged.",
    );
  }
}
