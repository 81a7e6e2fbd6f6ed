from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

import anyio
import pytest
from misbehaving_server import MisbehavingServer, server

from musicverse import AsyncMusicVerse, MusicVerse

__all__ = ["server"]


class Sdk:
    """One of the clients, used alike: ``use`` makes a client, gives it to the function and returns its result."""

    def __init__(self, flavour: str, server: MisbehavingServer) -> None:
        self.is_async = flavour != "sync"
        self._backend = flavour
        self._server = server
        self.sleeps: list[float] = []
        """Pauses between tries, in milliseconds; nothing really sleeps."""

    def use(self, function: Callable[[Any], Any], **options: Any) -> Any:
        given = {"api_key": None, "base_url": self._server.url, "default_headers": {"authorization": "x"}, **options}
        if not self.is_async:
            with MusicVerse(**given) as client:
                return function(client)

        async def main() -> Any:
            async with AsyncMusicVerse(**given) as client:
                result = function(client)
                return await result if inspect.isawaitable(result) else result

        return anyio.run(main, backend=self._backend)

    def collect(self, function: Callable[[Any], Any], **options: Any) -> list[Any]:
        """What iterating over the function's result gives."""
        if not self.is_async:
            return cast("list[Any]", self.use(lambda client: list(function(client)), **options))

        async def walk(client: Any) -> list[Any]:
            return [item async for item in function(client)]

        return cast("list[Any]", self.use(walk, **options))


@pytest.fixture(params=["sync", "asyncio", "trio"])
def sdk(request: pytest.FixtureRequest, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> Sdk:
    chosen = Sdk(request.param, server)
    real_sleep = anyio.sleep

    async def recorded(seconds: float) -> None:
        chosen.sleeps.append(round(seconds * 1000))
        await real_sleep(0)

    for module in ("_transport", "_events", "_resources.generations"):
        monkeypatch.setattr(f"musicverse.{module}.sleep", lambda seconds: chosen.sleeps.append(round(seconds * 1000)))
    monkeypatch.setattr(anyio, "sleep", recorded)
    for name in ("MUSICVERSE_API_KEY", "MUSICVERSE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return chosen
