from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from ._errors import MusicVerseError

if TYPE_CHECKING:
    import httpx2

C = TypeVar("C")


class _Shared(Generic[C]):
    """The connections of a client and of all that ``with_options`` makes of it."""

    def __init__(self, given: C | None) -> None:
        self._given = given
        self._client: C | None = given
        self._owner: object = None
        self._lock = threading.Lock()
        self._closed = False

    def _make(self) -> C:
        raise NotImplementedError

    def _present_owner(self) -> object:
        raise NotImplementedError

    def get(self) -> C:
        """The HTTP client, made when it is first needed, and anew where the old one's connections cannot be used."""
        if self._closed:
            raise MusicVerseError("The client is closed: make another one")
        if self._given is not None:
            return self._given
        owner = self._present_owner()
        client = self._client
        if client is None or self._owner != owner:
            with self._lock:
                if self._client is None or self._owner != owner:
                    self._client = self._make()
                    self._owner = owner
                client = self._client
        return client

    def _take(self) -> C | None:
        """Marks all as closed and gives the HTTP client to close, which is none of the user's own."""
        self._closed = True
        client, self._client = self._client, None
        return client if self._given is None else None


class Connections(_Shared["httpx2.Client"]):
    def _make(self) -> httpx2.Client:
        import httpx2

        return httpx2.Client()

    def _present_owner(self) -> int:
        # A forked process must not read from and write to its parent's connections.
        return os.getpid()

    def close(self) -> None:
        client = self._take()
        if client is not None:
            client.close()


class AsyncConnections(_Shared["httpx2.AsyncClient"]):
    def _make(self) -> httpx2.AsyncClient:
        import httpx2

        return httpx2.AsyncClient()

    def _present_owner(self) -> tuple[int, object]:
        # Connections belong to the event loop that opened them; asyncio.run makes a new one each time.
        import asyncio  # 30 ms, which programs without it need not spend

        try:
            return os.getpid(), asyncio.get_running_loop()
        except RuntimeError:  # trio
            return os.getpid(), None

    async def close(self) -> None:
        client = self._take()
        if client is not None:
            await client.aclose()
