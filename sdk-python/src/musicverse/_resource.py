from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._async_transport import AsyncTransport
    from ._transport import Transport


class Resource:
    """A group of operations bound to a client."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport


class AsyncResource:
    """A group of operations bound to an async client."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
