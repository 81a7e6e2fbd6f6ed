from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from ._errors import APIError
from ._hooks import tell
from ._redact import redact


class LogEntry(NamedTuple):
    """One line about the traffic, given to the ``log`` option.

    It carries no header and no body, and texts pass a filter, so it is safe to print: keys, tokens, webhook secrets,
    prompts and lyrics cannot be in it.
    """

    level: Literal["debug", "warn", "error"]
    event: Literal["response", "retry", "failure", "reconnect", "deprecated"]
    message: str
    """Readable in itself, for example ``GET /v1/tracks 200 in 34 ms``."""
    method: str
    url: str
    """Without query."""
    attempt: int
    """0 is the first try."""
    duration_ms: int | None = None
    status: int | None = None
    request_id: str | None = None
    delay_ms: int | None = None
    """Pause before the next try."""
    error: str | None = None
    """Name and text of the failure."""


LogHook: TypeAlias = Callable[[LogEntry], object]


def write_log(log: LogHook | None, entry: LogEntry) -> None:
    """Hands the line to the hook, filtered."""
    if log is None:
        return
    error = None if entry.error is None else redact(entry.error)
    safe = entry._replace(message=redact(entry.message), url=redact(entry.url), error=error)
    tell(log, safe)


def describe_failure(error: BaseException) -> str:
    """What a log may say about a failure. Details quote what was sent, so an answer gives only its status and code."""
    if isinstance(error, APIError):
        return f"{type(error).__name__}: {error.status} {error.code or ''}".strip()
    return f"{type(error).__name__}: {error}"
