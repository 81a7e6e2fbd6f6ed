from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._errors import MusicVerseError

if TYPE_CHECKING:
    import httpx2

    from ._call import Call
    from ._parser import Parser

T = TypeVar("T")


def page_body(call: Call, response: httpx2.Response) -> dict[str, Any]:
    body = call.json(response)
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        return body
    raise call.unexpected("a list", response, "other JSON")


class BasePage(Generic[T]):
    """One page of a list, newest first."""

    data: list[T]
    has_more: bool
    next_cursor: str | None
    """Give it as ``cursor`` to continue later, also from another process."""

    def __init__(self, body: dict[str, Any], to: Parser[T]) -> None:
        self.data = [to.from_answer(item) for item in body["data"]]
        self.has_more = bool(body.get("has_more"))
        self.next_cursor = body.get("next_cursor")

    def has_next_page(self) -> bool:
        return self.has_more and self.next_cursor is not None

    def _cursor(self) -> str:
        if self.next_cursor is None or not self.has_more:
            raise MusicVerseError("This was the last page; ask has_next_page() first")
        return self.next_cursor

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.data)}{', more follow' if self.has_next_page() else ''}>"


class Page(BasePage[T]):
    """One page of a list, newest first. Iterating it walks on through all the following pages."""

    def __init__(self, body: dict[str, Any], to: Parser[T], following: Callable[[str], Page[T]]) -> None:
        super().__init__(body, to)
        self._following = following

    def get_next_page(self) -> Page[T]:
        """Fetches the following page; raises when there is none, see :meth:`has_next_page`."""
        return self._following(self._cursor())

    def pages(self) -> Iterator[Page[T]]:
        """This page and all that follow."""
        page = self
        yield page
        while page.has_next_page():
            page = page.get_next_page()
            yield page

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data
