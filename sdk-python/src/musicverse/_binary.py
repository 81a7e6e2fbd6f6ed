from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    import httpx2
    from typing_extensions import Self


class BinaryAnswer:
    """What is known of a binary answer before it is read."""

    def __init__(self, response: httpx2.Response) -> None:
        self.http_response = response

    @property
    def status(self) -> int:
        """206 when a range was asked for and served, otherwise 200."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx2.Headers:
        return self.http_response.headers

    @property
    def content_type(self) -> str | None:
        """For example ``audio/wav``."""
        return self.headers.get("content-type")

    @property
    def content_length(self) -> int | None:
        """Bytes in this answer; None when the server did not say."""
        length = self.headers.get("content-length")
        return None if length is None else int(length)


class BinaryResponse(BinaryAnswer):
    """A binary answer that has not been read yet. Read it once, with one of its methods, or close it."""

    def __init__(self, response: httpx2.Response, chunks: Iterator[bytes]) -> None:
        super().__init__(response)
        self._chunks = chunks

    def read(self) -> bytes:
        """All of it, in memory."""
        return b"".join(self._chunks)

    def iter_bytes(self) -> Iterator[bytes]:
        """Piece by piece, as they arrive."""
        return self._chunks

    def to_file(self, path: str | os.PathLike[str]) -> int:
        """Streams the answer into a file and returns the number of bytes.

        The file appears under its name only when it is complete.
        """
        partial = partial_path(path)
        try:
            with partial.open("xb") as file:
                size = sum(file.write(chunk) for chunk in self._chunks)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            return size
        except BaseException:
            self.close()
            with contextlib.suppress(OSError):
                partial.unlink()
            raise

    def close(self) -> None:
        """Gives the connection back without reading on."""
        self.http_response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def partial_path(path: str | os.PathLike[str]) -> Path:
    """A name beside the file's own, for as long as it is not complete."""
    return Path(f"{os.fspath(path)}.{secrets.token_hex(8)}.part")
