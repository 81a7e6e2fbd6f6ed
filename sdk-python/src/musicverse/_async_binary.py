from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ._binary import BinaryAnswer, partial_path

if TYPE_CHECKING:
    from types import TracebackType

    import httpx2
    from typing_extensions import Self


class AsyncBinaryResponse(BinaryAnswer):
    """A binary answer that has not been read yet. Read it once, with one of its methods, or close it."""

    def __init__(self, response: httpx2.Response, chunks: AsyncGenerator[bytes, None]) -> None:
        super().__init__(response)
        self._chunks = chunks

    async def read(self) -> bytes:
        """All of it, in memory."""
        return b"".join([chunk async for chunk in self._chunks])

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Piece by piece, as they arrive."""
        return self._chunks

    async def to_file(self, path: str | os.PathLike[str]) -> int:
        """Streams the answer into a file and returns the number of bytes.

        The file appears under its name only when it is complete. Writing happens in a thread of its own.
        """
        partial = partial_path(path)
        size = 0
        try:
            async with await anyio.open_file(partial, "xb") as file:
                async for chunk in self._chunks:
                    size += await file.write(chunk)
                await file.flush()
                await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
            await anyio.to_thread.run_sync(partial.replace, path)
            return size
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.close()
            with contextlib.suppress(OSError):
                partial.unlink()
            raise

    async def close(self) -> None:
        """Gives the connection back without reading on."""
        await self._chunks.aclose()
        await self.http_response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
