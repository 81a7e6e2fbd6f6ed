from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
P = ParamSpec("P")


class RawResponse(Generic[T]):
    """The answer as it arrived. A success: an error status raises as usual."""

    http_response: httpx2.Response
    """The HTTP library's own object."""

    def __init__(self, response: httpx2.Response, parse: Callable[[], T]) -> None:
        self.http_response = response
        self._parse = parse

    @property
    def status(self) -> int:
        return self.http_response.status_code

    @property
    def headers(self) -> httpx2.Headers:
        return self.http_response.headers

    @property
    def request_id(self) -> str | None:
        """Quote it to support; it is in the server's logs."""
        return self.headers.get("x-request-id")

    def parse(self) -> T:
        """What the method itself would have returned."""
        return self._parse()

    def __repr__(self) -> str:
        return f"<RawResponse {self.status}>"


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """The type of a method whose transport gives raw responses, see ``Transport.raw``."""
    return cast("Callable[P, RawResponse[T]]", method)


def async_raw(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[RawResponse[T]]]:
    """The type of a method whose transport gives raw responses, see ``AsyncTransport.raw``."""
    return cast("Callable[P, Awaitable[RawResponse[T]]]", method)
