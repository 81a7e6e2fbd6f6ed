from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

from ._redact import redact

T = TypeVar("T")


class SentRequest(NamedTuple):
    """One try, as it is sent."""

    method: str
    url: str
    """Without query: a query holds cursors and what people search for."""
    attempt: int
    """0 is the first try."""
    headers: dict[str, str]
    """Lower-case names. The value of everything that is not known to be harmless is ``[hidden]``."""


class ReceivedResponse(NamedTuple):
    """The answer to one try, of any status."""

    method: str
    url: str
    attempt: int
    status: int
    headers: dict[str, str]
    """As in :class:`SentRequest`."""
    request_id: str | None
    """Quote it to support; it is in the server's logs."""
    duration_ms: int
    """From sending to the end of the answer; for downloads and event streams to its head."""


RequestHook: TypeAlias = Callable[[SentRequest], object]
"""Called before each try. It watches and cannot change the request: for that there is the ``http_client`` option."""
ResponseHook: TypeAlias = Callable[[ReceivedResponse], object]
"""Called after each answer, before the error of its status is raised."""

# A header that somebody adds (x-session) may be a secret, so only these show their value.
_HARMLESS = re.compile(
    r"(accept|age|cache-control|connection|content-(disposition|encoding|language|length|range|type)|date|deprecation"
    r"|etag|idempotency-(key|replayed)|if-(none-)?match|keep-alive|last-(event-id|modified)|link|musicverse-\w+|range"
    r"|(x-)?ratelimit[\w-]*|retry-after|server|sunset|transfer-encoding|user-agent|vary|x-request-id)"
)


def visible_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that are safe to print."""
    return {
        name.lower(): redact(value) if _HARMLESS.fullmatch(name.lower()) else "[hidden]"
        for name, value in headers.items()
    }


def tell(hook: Callable[[T], object], what: T) -> None:
    """Calls a hook that only watches: one that raises must not break the request that it is told about."""
    with contextlib.suppress(Exception):
        hook(what)
