from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._page import BasePage

if TYPE_CHECKING:
    from ._parser import Parser

T = TypeVar("T")


class AsyncPage(BasePage[T]):
    """One page of a list, newest first. ``async for`` walks on through all the following pages."""

    def __init__(self, body: dict[str, Any], to: Parser[T], following: Callable[[str], AsyncPager[T]]) -> None:
        super().__init__(body, to)
        self._following = following

    async def get_next_page(self) -> AsyncPage[T]:
        """Fetches the following page; raises when there is none, see :meth:`has_next_page`."""
        return await self._following(self._cursor())

    async def pages(self) -> AsyncIterator[AsyncPage[T]]:
        """This page and all that follow."""
        page = self
        yield page
        while page.has_next_page():
            page = await page.get_next_page()
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.data:
                yield item


class AsyncPager(Generic[T]):
    """What list methods return: await it for the first page, or ``async for`` over it for every item."""

    def __init__(self, fetch: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._fetch = fetch

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._fetch().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for item in await self._fetch():
            yield item
