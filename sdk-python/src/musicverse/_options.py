from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from ._api_key import check_api_key
from ._errors import MusicVerseError
from ._omit import Omit

if TYPE_CHECKING:
    from ._generated.literals import Mode
    from ._hooks import RequestHook, ResponseHook
    from ._log import LogHook

DEFAULT_BASE_URL = "https://api.musicverse.dev"
_DEFAULT_RETRIES = 2


class RequestOptions(TypedDict, total=False):
    """The keyword ``options`` of every method."""

    timeout_ms: float
    """Limit of one try, answer included, in milliseconds; 0 is none."""
    retries_max: int
    """Tries after the first one; 0 is none."""
    idempotency_key: str
    """Made anew for each call when absent. Choose your own to make a call safe to repeat after a crash of yours."""
    headers: Mapping[str, str | None]
    """Added to, or with None removed from, what is sent."""
    mode: Mode
    """Only with a session token: ``test`` acts on the sandbox."""


class Settings:
    """The checked options of a client. Its repr shows no secret."""

    __slots__ = (
        "api_key",
        "base_url",
        "default_headers",
        "log",
        "mode",
        "on_request",
        "on_response",
        "retries_max",
        "timeout_ms",
    )

    def __init__(
        self,
        *,
        api_key: str | None | Omit,
        base_url: str | None,
        mode: Mode | None,
        timeout_ms: float | None,
        retries_max: int | None,
        log: LogHook | None,
        on_request: RequestHook | None,
        on_response: ResponseHook | None,
        default_headers: Mapping[str, str] | None,
    ) -> None:
        self.api_key = from_environment("MUSICVERSE_API_KEY") if isinstance(api_key, Omit) else api_key
        if self.api_key is not None:
            check_api_key(self.api_key)
        check_amount("timeout_ms", timeout_ms)
        check_amount("retries_max", retries_max)
        self.base_url = _parse_base_url(base_url or from_environment("MUSICVERSE_BASE_URL") or DEFAULT_BASE_URL)
        self.mode = mode
        self.timeout_ms = timeout_ms
        self.retries_max = _DEFAULT_RETRIES if retries_max is None else retries_max
        self.log = log
        self.on_request = on_request
        self.on_response = on_response
        self.default_headers = dict(default_headers or {})

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r})"


def check_amount(name: str, value: float | None) -> None:
    """Options come from configuration and untyped code too: NaN would switch a limit off without a word."""
    if value is None or (isinstance(value, (int, float)) and not math.isnan(value) and value >= 0):
        return
    raise MusicVerseError(f"{name} must be a number of at least 0, got {value!r}")


def from_environment(name: str) -> str | None:
    """A variable of the environment; an empty one counts as absent."""
    return os.environ.get(name, "").strip() or None


def _parse_base_url(text: str) -> str:
    try:
        url = urlsplit(text)
        host = url.hostname
    except ValueError:
        host = None
        url = urlsplit("")
    if url.scheme not in ("", "https", "http") and "://" in text:
        raise MusicVerseError(f"base_url must start with https:// or http://, got {url.scheme}://")
    if not url.scheme or not host:
        raise MusicVerseError(f"base_url is not a URL: give it with its scheme, for example {DEFAULT_BASE_URL}")
    if url.query or url.fragment or url.username is not None:
        raise MusicVerseError("base_url may hold a host and a path, but no credentials, query or fragment")
    return text.strip().rstrip("/")
