from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
import httpx2

from ._async_binary import AsyncBinaryResponse
from ._async_events import AsyncEventStream
from ._async_page import AsyncPage, AsyncPager
from ._call import Call
from ._deprecation import DeprecationNotices
from ._errors import MusicVerseError
from ._page import page_body
from ._raw import RawResponse

if TYPE_CHECKING:
    from ._http import AsyncConnections
    from ._options import RequestOptions, Settings
    from ._parser import Parser
    from ._request import Request

T = TypeVar("T")


class AsyncTransport:
    """Makes requests: credentials, time limits, retries, errors. One per client; any number of tasks may use it."""

    def __init__(self, settings: Settings, connections: AsyncConnections) -> None:
        self.settings = settings
        self._connections = connections
        self._notices = DeprecationNotices()
        self._plain = self

    def raw(self) -> AsyncTransport:
        """A transport whose methods give raw responses."""
        other = AsyncTransport(self.settings, self._connections)
        other._notices = self._notices
        other._plain = self._plain
        return other

    async def json(self, request: Request, to: Parser[T], options: RequestOptions | None) -> T:
        call, response = await self.send(request, options, "application/json")
        return self._give(response, lambda: to.from_answer(call.json(response)))

    async def empty(self, request: Request, options: RequestOptions | None) -> None:
        _, response = await self.send(request, options, "application/json")
        return self._give(response, lambda: None)

    async def text(self, request: Request, options: RequestOptions | None) -> str:
        _, response = await self.send(request, options, "text/plain")
        return self._give(response, lambda: response.text)

    async def binary(self, request: Request, options: RequestOptions | None) -> AsyncBinaryResponse:
        call, response = await self.send(request, options, "*/*", stream=True)
        return self._give(response, lambda: AsyncBinaryResponse(response, chunks(call, response)))

    def page(self, request: Request, to: Parser[T], options: RequestOptions | None) -> AsyncPager[T]:
        def following(cursor: str) -> AsyncPager[T]:
            return self._plain.page(request.with_query(cursor=cursor), to, options)

        async def fetch() -> AsyncPage[T]:
            call, response = await self.send(request, options, "application/json")
            return self._give(response, lambda: AsyncPage(page_body(call, response), to, following))

        return AsyncPager(fetch)

    def events(self, request: Request, to: Parser[T], options: RequestOptions | None) -> AsyncEventStream[T]:
        return AsyncEventStream(self, request, to, options)

    async def send(
        self, request: Request, options: RequestOptions | None, accept: str, *, stream: bool = False
    ) -> tuple[Call, httpx2.Response]:
        """Sends a request until it succeeds, fails for good or the tries are used up."""
        call = Call(self.settings, self._notices, request, options, accept, stream)
        while True:
            try:
                return call, await self._attempt(call)
            except MusicVerseError as error:
                pause = call.pause_after(error)
            await anyio.sleep(pause)

    async def _attempt(self, call: Call) -> httpx2.Response:
        http = self._connections.get()
        body = call.begin()
        content = body if call.form is None else call.form.async_chunks()
        limit = call.timeout_s
        request = http.build_request(call.method, call.url, headers=call.headers, content=content, timeout=limit)
        try:
            with anyio.fail_after(limit):
                # Followed, a redirect would take what was sent to another place, and make a GET of a POST.
                response = await http.send(request, stream=True, follow_redirects=False)
                if not (call.stream and response.is_success):
                    await _read(response)
        except (httpx2.RequestError, TimeoutError) as cause:
            raise call.explain(cause) from cause
        call.finish(response)
        return response

    def _give(self, response: httpx2.Response, parse: Callable[[], T]) -> T:
        # The types of raw responses are written where they are asked for, see raw().
        return parse() if self._plain is self else cast("Any", RawResponse(response, parse))


async def _read(response: httpx2.Response) -> None:
    try:
        await response.aread()
    except BaseException:
        with anyio.CancelScope(shield=True):
            await response.aclose()
        raise


async def chunks(call: Call, response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    """The body piece by piece; the time limit counts the wait for each piece."""
    try:
        async with aclosing(response.aiter_bytes()) as pieces:
            async for chunk in pieces:
                yield chunk
    except httpx2.RequestError as cause:
        raise call.explain(cause) from cause
    finally:
        await response.aclose()
