from __future__ import annotations

from .._generated.async_resources.webhooks import AsyncWebhooksResource as GeneratedAsyncWebhooksResource
from .._webhooks import unwrap_webhook


class AsyncWebhooksResource(GeneratedAsyncWebhooksResource):
    unwrap = staticmethod(unwrap_webhook)
    """Not a coroutine: it waits for nothing."""
