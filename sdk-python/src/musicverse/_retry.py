from __future__ import annotations

from random import random

from ._errors import APIConnectionError, APIError

_BACKOFF_BASE_MS = 500
"""Ceiling of the first backoff; it doubles with each attempt."""
_BACKOFF_MAX_MS = 8_000
_RETRY_AFTER_MAX_MS = 60_000
"""A longer wait asked by the server is the caller's decision (``error.retry_after_ms``), not a silent pause in here."""


def is_retryable(error: Exception, repeatable: bool) -> bool:
    """May this failure be tried again? ``repeatable``: doing the request twice has the effect of doing it once."""
    if isinstance(error, APIConnectionError):
        return repeatable
    if not isinstance(error, APIError):
        return False
    # Refused before any effect, so even a request that must not run twice may go again.
    if error.status == 429:
        return True
    if error.status == 409:
        return error.code == "idempotency_in_progress"
    return repeatable and (error.status == 408 or error.status >= 500)


def retry_delay_ms(error: Exception, attempt: int) -> int | None:
    """Milliseconds to wait before try number ``attempt + 1``, or None when waiting would take too long.

    ``Retry-After`` wins; otherwise exponential backoff with full jitter, which spreads clients that failed together.
    """
    asked = error.retry_after_ms if isinstance(error, APIError) else None
    if asked is not None:
        return asked if asked <= _RETRY_AFTER_MAX_MS else None
    ceiling: int = min(_BACKOFF_MAX_MS, _BACKOFF_BASE_MS * 2**attempt)
    return round(random() * ceiling)
