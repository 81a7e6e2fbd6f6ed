import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { EgressPolicy } from "../../platform/egress/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import { createWebhook } from "./createWebhook.ts";
import { deleteWebhook } from "./deleteWebhook.ts";
import { getWebhook } from "./getWebhook.ts";
import { getWebhookDelivery } from "./getWebhookDelivery.ts";
import { listWebhookDeliveries } from "./listWebhookDeliveries.ts";
import { listWebhooks } from "./listWebhooks.ts";
import { retryWebhookDelivery } from "./retryWebhookDelivery.ts";
import { testWebhook } from "./testWebhook.ts";
import { updateWebhook } from "./updateWebhook.ts";

export interface WebhooksDeps {
  db: Database;
  cursors: Cursors;
  clock: Clock;
  keyRing: KeyRing;
  work: Pick<WorkEngine, "enqueue">;
  /** Which addresses endpoints may have. */
  policy: EgressPolicy;
}

export const webhooksRoutes = (deps: WebhooksDeps) =>
  ({
    createWebhook: createWebhook(deps),
    listWebhooks: listWebhooks(deps),
    getWebhook: getWebhook(deps),
    updateWebhook: updateWebhook(deps),
    deleteWebhook: deleteWebhook(deps),
    testWebhook: testWebhook(deps),
    listWebhookDeliveries: listWebhookDeliveries(deps),
    getWebhookDelivery: getWebhookDelivery(deps),
    retryWebhookDelivery: retryWebhookDelivery(deps),
  }) satisfies Partial<Handlers>;
