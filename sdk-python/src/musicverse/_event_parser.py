from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")


class RawEvent(NamedTuple):
    """One message of a ``text/event-stream``, with its data still as text."""

    event: str
    data: str
    id: str | None
    """Its id, or that of the last event which had one; None when none had."""


class EventParser:
    """Incremental parser of server-sent events (https://html.spec.whatwg.org/#event-stream-interpretation).

    Any line end, any chunking, comments, multi-line data. A message cut off by the end of the stream is dropped, as the
    standard says.
    """

    def __init__(self, last_event_id: str | None = None) -> None:
        self.retry_ms: int | None = None
        """Reconnection time that the server asked for."""
        self.last_event_id = last_event_id
        """Id of the last complete message."""
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._buffer = ""
        self._event = ""
        self._data: list[str] = []
        # Takes effect with the event it belongs to: after a cut in its middle the server has to send that event again.
        self._id = last_event_id

    def push(self, chunk: bytes) -> list[RawEvent]:
        """Takes the next piece of the stream and returns the messages completed by it."""
        self._buffer += self._decoder.decode(chunk)
        events: list[RawEvent] = []
        start = 0
        # A carriage return at the very end may be half of a CRLF: it waits for what follows.
        for end in _LINE_END.finditer(self._buffer):
            done = self._line(self._buffer[start : end.start()])
            start = end.end()
            if done is not None:
                events.append(done)
        self._buffer = self._buffer[start:]
        return events

    def _line(self, text: str) -> RawEvent | None:
        if text == "":
            return self._dispatch()
        field, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._event = value
        elif field == "data":
            self._data.append(value)
        elif field == "id" and "\0" not in value:
            self._id = value
        elif field == "retry" and re.fullmatch(r"\d+", value, re.ASCII):
            self.retry_ms = int(value)
        return None

    def _dispatch(self) -> RawEvent | None:
        self.last_event_id = self._id
        complete = RawEvent(self._event or "message", "\n".join(self._data), self._id) if self._data else None
        self._event = ""
        self._data = []
        return complete
