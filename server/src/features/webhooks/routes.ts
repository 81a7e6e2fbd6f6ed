import type { Handlers } from "../../platform/http/operation.ts";
import { cancelWebhookReplay } from "./cancelWebhookReplay.ts";
import { createWebhook } from "./createWebhook.ts";
import { createWebhookReplay } from "./createWebhookReplay.ts";
import { deleteWebhook } from "./deleteWebhook.ts";
import type { WebhooksDeps } from "./deps.ts";
import { getWebhook } from "./getWebhook.ts";
import { getWebhookDelivery } from "./getWebhookDelivery.ts";
import { getWebhookReplay } from "./getWebhookReplay.ts";
import { getWebhookStats } from "./getWebhookStats.ts";
import { listEventTypes } from "./listEventTypes.ts";
import { listWebhookDeliveries } from "./listWebhookDeliveries.ts";
import { listWebhookReplays } from "./listWebhookReplays.ts";
import { listWebhooks } from "./listWebhooks.ts";
import { retryWebhookDelivery } from "./retryWebhookDelivery.ts";
import { rotateWebhookSecret } from "./rotateWebhookSecret.ts";
import { testWebhook } from "./testWebhook.ts";
import { updateWebhook } from "./updateWebhook.ts";

export const webhooksRoutes = (deps: WebhooksDeps) =>
  ({
    createWebhook: createWebhook(deps),
    listWebhooks: listWebhooks(deps),
    getWebhook: getWebhook(deps),
    updateWebhook: updateWebhook(deps),
    deleteWebhook: deleteWebhook(deps),
    rotateWebhookSecret: rotateWebhookSecret(deps),
    testWebhook: testWebhook(deps),
    listWebhookDeliveries: listWebhookDeliveries(deps),
    getWebhookDelivery: getWebhookDelivery(deps),
    retryWebhookDelivery: retryWebhookDelivery(deps),
    getWebhookStats: getWebhookStats(deps),
    listEventTypes: listEventTypes(deps),
    createWebhookReplay: createWebhookReplay(deps),
    listWebhookReplays: listWebhookReplays(deps),
    getWebhookReplay: getWebhookReplay(deps),
    cancelWebhookReplay: cancelWebhookReplay(deps),
  }) satisfies Partial<Handlers>;
