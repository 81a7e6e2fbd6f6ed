from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio

from ._errors import APIError, MusicVerseError
from ._events import StreamEvent, StreamProgress, closed_by_server, never_last, stream_options

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._async_transport import AsyncTransport
    from ._options import RequestOptions
    from ._parser import Parser
    from ._request import Request

T = TypeVar("T")


class AsyncEventStream(Generic[T]):
    """Server-sent events for ``async for``.

    Each iteration opens its own connection; when that breaks, it is opened again after the last event seen
    (``Last-Event-ID``), so nothing is missed or doubled. Use it in an ``async with`` block when you may leave the loop
    early: the end of the block closes the connection at once, where Python itself would do so some time later.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        request: Request,
        to: Parser[T],
        options: RequestOptions | None,
        is_last: Callable[[StreamEvent[T]], bool] = never_last,
    ) -> None:
        self._transport = transport
        self._request = request
        self._to = to
        self._options = stream_options(options)
        self._is_last = is_last
        self._entered = False
        self._open: list[AsyncGenerator[StreamEvent[T], None]] = []

    def until(self, is_last: Callable[[StreamEvent[T]], bool]) -> AsyncEventStream[T]:
        """The same stream, ended after the event that ``is_last`` accepts."""
        return AsyncEventStream(self._transport, self._request, self._to, self._options, is_last)

    def __aiter__(self) -> AsyncIterator[StreamEvent[T]]:
        events = self._events()
        if self._entered:
            self._open.append(events)
        return events

    async def _events(self) -> AsyncGenerator[StreamEvent[T], None]:
        from ._async_transport import chunks

        progress = StreamProgress(self._transport.settings, self._request, self._to)
        while True:
            failure = closed_by_server()
            try:
                call, response = await self._transport.send(
                    progress.begin(), self._options, "text/event-stream", stream=True
                )
                try:
                    if not progress.is_open(response):
                        return
                    async with aclosing(chunks(call, response)) as pieces:
                        async for chunk in pieces:
                            for event in progress.push(chunk):
                                yield event
                                if self._is_last(event):
                                    return
                finally:
                    with anyio.CancelScope(shield=True):
                        await response.aclose()
            except APIError:
                raise  # another try would not change it; send() has made its own
            except MusicVerseError as error:
                failure = error
            await anyio.sleep(progress.pause_after(failure))

    async def close(self) -> None:
        """Closes what is still open."""
        for events in self._open:
            await events.aclose()
        self._open.clear()

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
