from __future__ import annotations

from .._generated.resources.webhooks import WebhooksResource as GeneratedWebhooksResource
from .._webhooks import unwrap_webhook


class WebhooksResource(GeneratedWebhooksResource):
    unwrap = staticmethod(unwrap_webhook)
