from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from time import sleep
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._errors import APIError, MusicVerseError
from ._event_parser import EventParser, RawEvent
from ._log import LogEntry, describe_failure, write_log

if TYPE_CHECKING:
    from types import TracebackType

    import httpx2
    from typing_extensions import Self

    from ._options import RequestOptions, Settings
    from ._parser import Parser
    from ._request import Request
    from ._transport import Transport

T = TypeVar("T")

_RECONNECT_MS = 1_000
"""Pause before a broken stream is opened again, unless the server asked for another one."""
_DOUBLINGS_MAX = 5
"""The pause doubles with each connection in a row that brought no event, up to this many times."""
_FRUITLESS_MAX = 3
"""Connections in a row that brought not one byte before it is given up."""
_SILENCE_MAX_MS = 35_000
"""Silence after which a connection counts as dead: the server sends a comment every 10 s."""


class StreamEvent(Generic[T]):
    """One server-sent event."""

    __slots__ = ("data", "event", "id")

    event: str
    """Its name; names that this version does not know may appear."""
    data: T
    id: str | None

    def __init__(self, event: str, data: T, id: str | None) -> None:
        self.event = event
        self.data = data
        self.id = id

    def __repr__(self) -> str:
        return f"StreamEvent(event={self.event!r}, data={self.data!r}, id={self.id!r})"


class StreamProgress(Generic[T]):
    """One walk along a stream over all its connections; sends nothing itself."""

    def __init__(self, settings: Settings, request: Request, to: Parser[T]) -> None:
        self._settings = settings
        self._request = request
        self._to = to
        given = (request.headers or {}).get("last-event-id")
        self._parser = EventParser(given if isinstance(given, str) else None)
        self._connection = 0
        self._fruitless = 0
        self._eventless = 0

    def begin(self) -> Request:
        """The request of the next connection, which resumes after the last event."""
        last = self._parser.last_event_id
        self._parser = EventParser(last)
        return self._request.with_headers({"last-event-id": last}) if last else self._request

    def is_open(self, response: httpx2.Response) -> bool:
        """False when the stream has ended for good; raises when it is no event stream."""
        if response.status_code == 204:
            return False
        media_type = response.headers.get("content-type") or ""
        if media_type.startswith("text/event-stream"):
            return True
        raise self._unexpected(f"got {media_type or 'no content type'}", response.headers)

    def push(self, chunk: bytes) -> Iterator[StreamEvent[T]]:
        self._fruitless = 0
        for raw in self._parser.push(chunk):
            self._eventless = 0
            yield self._event(raw)

    def pause_after(self, failure: MusicVerseError) -> float:
        """Seconds to wait before the stream is opened again; raises the failure when that has no prospects."""
        self._fruitless += 1
        if self._fruitless > _FRUITLESS_MAX:
            raise failure
        asked = self._parser.retry_ms
        base = _RECONNECT_MS if asked is None else asked
        delay_ms: int = base * 2 ** min(self._eventless, _DOUBLINGS_MAX)
        self._eventless += 1
        method, url, error = self._request.method, self._request.path, describe_failure(failure)
        message = f"{method} {url} opens again in {delay_ms} ms: {error}"
        entry = LogEntry("warn", "reconnect", message, method, url, self._connection, delay_ms=delay_ms, error=error)
        write_log(self._settings.log, entry)
        self._connection += 1
        return delay_ms / 1000

    def _event(self, raw: RawEvent) -> StreamEvent[T]:
        from pydantic_core import from_json

        try:
            value = from_json(raw.data)
        except ValueError:
            raise self._unexpected("got an event that is not JSON", {}) from None
        return StreamEvent(raw.event, self._to.from_answer(value), raw.id)

    def _unexpected(self, what: str, headers: Any) -> APIError:
        """Opening the stream again would not help."""
        target = f"{self._request.method} {self._request.path}"
        return APIError(f"Expected an event stream from {target}, {what}", 200, headers, {})


def closed_by_server() -> MusicVerseError:
    return MusicVerseError("The server closed the stream")


def never_last(event: StreamEvent[Any]) -> bool:
    """Without a last event only HTTP 204 ends a stream."""
    return False


def stream_options(options: RequestOptions | None) -> RequestOptions:
    return {"timeout_ms": _SILENCE_MAX_MS, **(options or {})}


class EventStream(Generic[T]):
    """Server-sent events as an iterable.

    Each iteration opens its own connection; when that breaks, it is opened again after the last event seen
    (``Last-Event-ID``), so nothing is missed or doubled. Leaving the loop closes it; in a ``with`` block the end of the
    block does, whoever still holds the iterator.
    """

    def __init__(
        self,
        transport: Transport,
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
        self._open: list[Generator[StreamEvent[T], None, None]] = []

    def until(self, is_last: Callable[[StreamEvent[T]], bool]) -> EventStream[T]:
        """The same stream, ended after the event that ``is_last`` accepts."""
        return EventStream(self._transport, self._request, self._to, self._options, is_last)

    def __iter__(self) -> Iterator[StreamEvent[T]]:
        events = self._events()
        if self._entered:
            self._open.append(events)
        return events

    def _events(self) -> Generator[StreamEvent[T], None, None]:
        from ._call import DeadlinePassed, check_pause
        from ._transport import chunks

        progress = StreamProgress(self._transport.settings, self._request, self._to)
        while True:
            failure = closed_by_server()
            try:
                call, response = self._transport.send(progress.begin(), self._options, "text/event-stream", stream=True)
                try:
                    if not progress.is_open(response):
                        return
                    for chunk in chunks(call, response):
                        for event in progress.push(chunk):
                            yield event
                            if self._is_last(event):
                                return
                finally:
                    response.close()
            except (APIError, DeadlinePassed):
                raise  # another try would not change it; send() has made its own
            except MusicVerseError as error:
                failure = error
            pause = progress.pause_after(failure)
            check_pause(self._transport.deadline, pause * 1000, failure)
            sleep(pause)

    def close(self) -> None:
        """Closes what is still open."""
        for events in self._open:
            events.close()
        self._open.clear()

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
