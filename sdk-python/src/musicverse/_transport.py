from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar, cast

import httpx2

from ._binary import BinaryResponse
from ._call import Call
from ._deprecation import DeprecationNotices
from ._errors import MusicVerseError
from ._events import EventStream
from ._page import Page, page_body
from ._raw import RawResponse

if TYPE_CHECKING:
    from ._http import Connections
    from ._options import RequestOptions, Settings
    from ._parser import Parser
    from ._request import Request

T = TypeVar("T")


class Transport:
    """Makes requests: credentials, time limits, retries, errors. One per client; any number of threads may use it."""

    def __init__(self, settings: Settings, connections: Connections) -> None:
        self.settings = settings
        self._connections = connections
        self.deadline: float | None = None
        self._notices = DeprecationNotices()
        self._plain = self

    def raw(self) -> Transport:
        """A transport whose methods give raw responses."""
        other = self._copy()
        other._plain = self._plain
        return other

    def until(self, deadline: float) -> Transport:
        """A transport that raises :class:`DeadlinePassed` at this moment of ``time.monotonic()``, whatever it does."""
        other = self._copy()
        other.deadline = deadline
        return other

    def _copy(self) -> Transport:
        other = Transport(self.settings, self._connections)
        other.deadline = self.deadline
        other._notices = self._notices
        return other

    def json(self, request: Request, to: Parser[T], options: RequestOptions | None) -> T:
        call, response = self.send(request, options, "application/json")
        return self._give(response, lambda: to.from_answer(call.json(response)))

    def empty(self, request: Request, options: RequestOptions | None) -> None:
        _, response = self.send(request, options, "application/json")
        return self._give(response, lambda: None)

    def text(self, request: Request, options: RequestOptions | None) -> str:
        _, response = self.send(request, options, "text/plain")
        return self._give(response, lambda: response.text)

    def binary(self, request: Request, options: RequestOptions | None) -> BinaryResponse:
        call, response = self.send(request, options, "*/*", stream=True)
        return self._give(response, lambda: BinaryResponse(response, chunks(call, response)))

    def page(self, request: Request, to: Parser[T], options: RequestOptions | None) -> Page[T]:
        call, response = self.send(request, options, "application/json")

        def following(cursor: str) -> Page[T]:
            return self._plain.page(request.with_query(cursor=cursor), to, options)

        return self._give(response, lambda: Page(page_body(call, response), to, following))

    def events(self, request: Request, to: Parser[T], options: RequestOptions | None) -> EventStream[T]:
        return EventStream(self, request, to, options)

    def send(
        self, request: Request, options: RequestOptions | None, accept: str, *, stream: bool = False
    ) -> tuple[Call, httpx2.Response]:
        """Sends a request until it succeeds, fails for good or the tries are used up."""
        call = Call(self.settings, self._notices, request, options, accept, stream, self.deadline)
        while True:
            try:
                return call, self._attempt(call)
            except MusicVerseError as error:
                pause = call.pause_after(error)
            sleep(pause)

    def _attempt(self, call: Call) -> httpx2.Response:
        http = self._connections.get()
        body = call.begin()
        content = body if call.form is None else call.form.chunks()
        limit = call.timeout_s
        request = http.build_request(call.method, call.url, headers=call.headers, content=content, timeout=limit)
        deadline = None
        if limit is not None and not call.stream:
            deadline = time.monotonic() + limit
            request.extensions["timeout"] = _Budget(limit, deadline)
        try:
            # Followed, a redirect would take what was sent to another place, and make a GET of a POST.
            response = http.send(request, stream=True, follow_redirects=False)
            if not (call.stream and response.is_success):
                _read(call, response, deadline)
        except httpx2.RequestError as cause:
            raise call.explain(cause) from cause
        call.finish(response)
        return response

    def _give(self, response: httpx2.Response, parse: Callable[[], T]) -> T:
        # The types of raw responses are written where they are asked for, see raw().
        return parse() if self._plain is self else cast("Any", RawResponse(response, parse))


class _Budget(dict[str, float]):
    """Time limits of one try: each step (connecting, writing, the first byte …) may take what the earlier ones left."""

    def __init__(self, limit: float, deadline: float) -> None:
        super().__init__(connect=limit, read=limit, write=limit, pool=limit)
        self._deadline = deadline

    def get(self, name: str, default: Any = None) -> float:
        return max(0.001, self._deadline - time.monotonic())


class _DeadlineStream(httpx2.SyncByteStream):
    """A body that must be complete in time, however slowly its pieces drip in."""

    def __init__(self, call: Call, stream: httpx2.SyncByteStream, deadline: float) -> None:
        self._call = call
        self._stream = stream
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            if time.monotonic() > self._deadline:
                raise self._call.timed_out()
            yield chunk

    def close(self) -> None:
        self._stream.close()


def _read(call: Call, response: httpx2.Response, deadline: float | None) -> None:
    stream = response.stream
    if deadline is not None and isinstance(stream, httpx2.SyncByteStream):
        response.stream = _DeadlineStream(call, stream, deadline)
    try:
        response.read()
    except BaseException:
        response.close()
        raise


def chunks(call: Call, response: httpx2.Response) -> Iterator[bytes]:
    """The body piece by piece; the time limit counts the wait for each piece."""
    try:
        for chunk in response.iter_bytes():
            call.check_deadline()
            yield chunk
    except httpx2.RequestError as cause:
        raise call.explain(cause) from cause
    finally:
        response.close()
