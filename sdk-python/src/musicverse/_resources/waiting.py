"""What waiting for a generation means, for both clients."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._errors import APIError, APITimeoutError, MusicVerseError
from .._retry_after import retry_after_ms
from .generation_errors import GenerationCanceledError, GenerationFailedError

if TYPE_CHECKING:
    import httpx2

    from .._events import StreamEvent
    from .._generated.models.shared import Generation

WAIT_TIMEOUT_MS = 900_000
_POLL_INTERVAL_MS = 2_000
"""Pause between polls when the server gives no ``Retry-After``."""


def ignore(_: Generation) -> None:
    pass


def pause_ms(headers: httpx2.Headers) -> int:
    asked = retry_after_ms(headers, time.time() * 1000)
    return _POLL_INTERVAL_MS if asked is None else asked


def is_last(event: StreamEvent[Generation]) -> bool:
    return is_final(event.data)


def is_final(generation: Generation) -> bool:
    """Unknown states count as not final: a newer server may have more of them on the way to one of these."""
    return generation.status in ("completed", "failed", "canceled")


def settle(generation: Generation) -> Generation:
    if generation.status == "failed":
        raise GenerationFailedError(generation)
    if generation.status == "canceled":
        raise GenerationCanceledError(generation)
    return generation


def is_worth_polling(error: MusicVerseError) -> bool:
    """A stream may fail where plain requests work (a proxy cuts it); a missing right or generation fails both."""
    if isinstance(error, (GenerationFailedError, GenerationCanceledError)):
        return False
    return error.status not in (400, 401, 403, 404, 429) if isinstance(error, APIError) else True


def timed_out(generation_id: str, timeout_ms: float) -> APITimeoutError:
    return APITimeoutError(
        f"{generation_id} was not finished after {timeout_ms:g} ms; it goes on, so wait() may be called again"
    )
