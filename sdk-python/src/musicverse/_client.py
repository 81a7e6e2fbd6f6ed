from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ._generated.async_registry import AsyncResources
from ._generated.registry import Resources
from ._http import AsyncConnections, Connections
from ._omit import Omit, omit
from ._options import Settings

if TYPE_CHECKING:
    from types import TracebackType

    import httpx2
    from typing_extensions import Self

    from ._async_transport import AsyncTransport
    from ._generated.literals import Mode
    from ._hooks import RequestHook, ResponseHook
    from ._log import LogHook
    from ._transport import Transport

Client = TypeVar("Client", bound="MusicVerse | AsyncMusicVerse")


class MusicVerse(Resources):
    """Client of the MusicVerse API.

    >>> client = MusicVerse(api_key="amv_test_…")
    >>> generation = client.generations.create(prompt="slow blues, rain outside")

    It has no global state: make as many as you like. One client keeps connections open and may be used by any number
    of threads; close it, or use it in a ``with`` block, when you are done.

    - ``api_key``: API key (``amv_live_…``, ``amv_test_…``) or session token. Default: ``MUSICVERSE_API_KEY`` of the
      environment; None for none, enough to sign up or in.
    - ``base_url``: default ``MUSICVERSE_BASE_URL`` of the environment, else ``https://api.musicverse.dev``.
    - ``mode``: only with a session token: ``test`` acts on the sandbox. An API key belongs to one of them and needs no
      mode.
    - ``timeout_ms``: limit of one try, answer included, in milliseconds; 0 is none. Default 60,000 (uploads: 600,000).
    - ``retries_max``: tries after the first one; 0 is none. Default 2.
    - ``http_client``: an ``httpx2.Client`` of your own: a proxy, certificates, a test double. You close it yourself.
    - ``log``: told about every answer, retry and failure; never about a secret, a header or a body.
    - ``on_request``, ``on_response``: told about every try and answer, for metrics and traces; secrets are hidden.
    - ``default_headers``: sent with every request.
    """

    def __init__(
        self,
        *,
        api_key: str | None | Omit = omit,
        base_url: str | None = None,
        mode: Mode | None = None,
        timeout_ms: float | None = None,
        retries_max: int | None = None,
        http_client: httpx2.Client | None = None,
        log: LogHook | None = None,
        on_request: RequestHook | None = None,
        on_response: ResponseHook | None = None,
        default_headers: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = Settings(
            api_key=api_key,
            base_url=base_url,
            mode=mode,
            timeout_ms=timeout_ms,
            retries_max=retries_max,
            log=log,
            on_request=on_request,
            on_response=on_response,
            default_headers=default_headers,
        )
        self._connections = Connections(http_client)

    @cached_property
    def _transport(self) -> Transport:  # type: ignore[override]
        from ._transport import Transport

        return Transport(self._settings, self._connections)

    def with_options(
        self,
        *,
        api_key: str | None | Omit = omit,
        base_url: str | Omit = omit,
        mode: Mode | None | Omit = omit,
        timeout_ms: float | None | Omit = omit,
        retries_max: int | Omit = omit,
        log: LogHook | None | Omit = omit,
        on_request: RequestHook | None | Omit = omit,
        on_response: ResponseHook | None | Omit = omit,
        default_headers: Mapping[str, str] | Omit = omit,
    ) -> MusicVerse:
        """Another client over the same connections, with some options changed."""
        return _changed(
            self,
            api_key=api_key,
            base_url=base_url,
            mode=mode,
            timeout_ms=timeout_ms,
            retries_max=retries_max,
            log=log,
            on_request=on_request,
            on_response=on_response,
            default_headers=default_headers,
        )

    def close(self) -> None:
        """Closes the connections, also those of clients made by :meth:`with_options`."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"MusicVerse(base_url={self._settings.base_url!r})"


class AsyncMusicVerse(AsyncResources):
    """Client of the MusicVerse API for asyncio and trio: :class:`MusicVerse` with methods to await.

    >>> async with AsyncMusicVerse() as client:
    ...     generation = await client.generations.create(prompt="slow blues, rain outside")

    One client may be used by any number of tasks. ``http_client`` is an ``httpx2.AsyncClient``; all other options are
    those of :class:`MusicVerse`. Cancelling a task ends its call, the pauses between tries included.
    """

    def __init__(
        self,
        *,
        api_key: str | None | Omit = omit,
        base_url: str | None = None,
        mode: Mode | None = None,
        timeout_ms: float | None = None,
        retries_max: int | None = None,
        http_client: httpx2.AsyncClient | None = None,
        log: LogHook | None = None,
        on_request: RequestHook | None = None,
        on_response: ResponseHook | None = None,
        default_headers: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = Settings(
            api_key=api_key,
            base_url=base_url,
            mode=mode,
            timeout_ms=timeout_ms,
            retries_max=retries_max,
            log=log,
            on_request=on_request,
            on_response=on_response,
            default_headers=default_headers,
        )
        self._connections = AsyncConnections(http_client)

    @cached_property
    def _transport(self) -> AsyncTransport:  # type: ignore[override]
        from ._async_transport import AsyncTransport

        return AsyncTransport(self._settings, self._connections)

    def with_options(
        self,
        *,
        api_key: str | None | Omit = omit,
        base_url: str | Omit = omit,
        mode: Mode | None | Omit = omit,
        timeout_ms: float | None | Omit = omit,
        retries_max: int | Omit = omit,
        log: LogHook | None | Omit = omit,
        on_request: RequestHook | None | Omit = omit,
        on_response: ResponseHook | None | Omit = omit,
        default_headers: Mapping[str, str] | Omit = omit,
    ) -> AsyncMusicVerse:
        """Another client over the same connections, with some options changed."""
        return _changed(
            self,
            api_key=api_key,
            base_url=base_url,
            mode=mode,
            timeout_ms=timeout_ms,
            retries_max=retries_max,
            log=log,
            on_request=on_request,
            on_response=on_response,
            default_headers=default_headers,
        )

    async def close(self) -> None:
        """Closes the connections, also those of clients made by :meth:`with_options`."""
        await self._connections.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncMusicVerse(base_url={self._settings.base_url!r})"


def _changed(client: Client, **options: Any) -> Client:
    present = {name: getattr(client._settings, name) for name in Settings.__slots__}
    given = {name: value for name, value in options.items() if not isinstance(value, Omit)}
    other = object.__new__(type(client))
    vars(other).update(_settings=Settings(**{**present, **given}), _connections=client._connections)
    return other
