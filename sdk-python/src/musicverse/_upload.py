from __future__ import annotations

import io
import os
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import IO, Any, NamedTuple, TypeAlias

from ._errors import MusicVerseError
from ._omit import Omit
from ._request import query_value

FileSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Iterable[bytes] | AsyncIterable[bytes]"
)
"""Bytes in any form. A string is the path of a file. What cannot be read twice (an iterable, a pipe) is sent while it
is read, so it is sent once: no retry."""


class FileUpload(NamedTuple):
    """A file to upload with its name and media type."""

    data: FileSource
    filename: str | None = None
    content_type: str | None = None


Uploadable: TypeAlias = "FileSource | FileUpload"
"""A file to upload, alone or as a :class:`FileUpload`."""

_FALLBACK_TYPE = "application/octet-stream"
_PIECE = 64 * 1024


class Form:
    """A ``multipart/form-data`` body: plain members become text parts, those named in ``files`` become file parts.

    Nothing is read into memory; files and bytes are read again for each try.
    """

    def __init__(self, fields: Mapping[str, Any], files: tuple[str, ...]) -> None:
        boundary = f"musicverse-{secrets.token_hex(16)}"
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._parts: list[tuple[bytes, _Content]] = []
        for name, value in fields.items():
            if value is None or isinstance(value, Omit):
                continue
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quote(name)}"'
            if name not in files:
                self._parts.append((f"{head}\r\n\r\n".encode(), _Bytes(query_value(value).encode())))
                continue
            file = value if isinstance(value, FileUpload) else FileUpload(value)
            content = _content(file.data, name)
            filename = _quote(file.filename or _name_of(file.data) or name)
            media_type = file.content_type or _FALLBACK_TYPE
            head = f'{head}; filename="{filename}"\r\nContent-Type: {media_type}\r\n\r\n'
            self._parts.append((head.encode(), content))
        self._end = f"--{boundary}--\r\n".encode()

    @property
    def replayable(self) -> bool:
        """Can it be sent a second time?"""
        return all(content.replayable for _, content in self._parts)

    @property
    def length(self) -> int | None:
        """In bytes, or None when that shows only at the end."""
        total = len(self._end)
        for head, content in self._parts:
            if content.length is None:
                return None
            total += len(head) + content.length + 2
        return total

    def chunks(self) -> Iterator[bytes]:
        for head, content in self._parts:
            yield head
            yield from content.chunks()
            yield b"\r\n"
        yield self._end

    async def async_chunks(self) -> AsyncIterator[bytes]:
        for head, content in self._parts:
            yield head
            async for chunk in content.async_chunks():
                yield chunk
            yield b"\r\n"
        yield self._end


class _Content:
    """Bytes of a part. ``chunks`` may be called once per try when ``replayable``, otherwise once."""

    replayable = True
    length: int | None = None

    def chunks(self) -> Iterator[bytes]:
        raise NotImplementedError

    async def async_chunks(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks():
            yield chunk


class _Bytes(_Content):
    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._data = bytes(data)
        self.length = len(self._data)

    def chunks(self) -> Iterator[bytes]:
        yield self._data


class _Readable(_Content):
    """Something with a ``read`` method: a file on disk, or an open one, read from where it stands."""

    def _open(self) -> IO[bytes]:
        raise NotImplementedError

    def _done(self, file: IO[bytes]) -> None:
        pass

    def chunks(self) -> Iterator[bytes]:
        file = self._open()
        try:
            while chunk := _binary(file.read(_PIECE)):
                yield chunk
        finally:
            self._done(file)

    async def async_chunks(self) -> AsyncIterator[bytes]:
        from anyio.to_thread import run_sync

        # Disks can be slow, and the event loop must not wait for them.
        file = await run_sync(self._open)
        try:
            while chunk := _binary(await run_sync(file.read, _PIECE)):
                yield chunk
        finally:
            self._done(file)


class _Path(_Readable):
    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        with self._open() as file:
            self.length = os.fstat(file.fileno()).st_size

    def _open(self) -> IO[bytes]:
        try:
            return open(self._path, "rb")
        except OSError as cause:
            path = os.fspath(self._path)
            raise MusicVerseError(f"Could not open {path} for the upload: is it there and readable?") from cause

    def _done(self, file: IO[bytes]) -> None:
        file.close()


class _OpenFile(_Readable):
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._start = 0
        self.replayable = bool(getattr(file, "seekable", bool)())
        if self.replayable:
            self._start = file.tell()
            self.length = file.seek(0, io.SEEK_END) - self._start
            file.seek(self._start)

    def _open(self) -> IO[bytes]:
        if self.replayable:
            self._file.seek(self._start)
        return self._file


class _Stream(_Content):
    replayable = False

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._source = chunks

    def chunks(self) -> Iterator[bytes]:
        for chunk in self._source:
            yield _binary(chunk)


class _AsyncStream(_Content):
    replayable = False

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._source = chunks

    def chunks(self) -> Iterator[bytes]:
        raise MusicVerseError("An async iterable can be uploaded by AsyncMusicVerse only")

    async def async_chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._source:
            yield _binary(chunk)


def _content(source: Any, field: str) -> _Content:
    if isinstance(source, (str, os.PathLike)):
        return _Path(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _Bytes(source)
    if hasattr(source, "read"):
        return _OpenFile(source)
    if isinstance(source, AsyncIterable):
        return _AsyncStream(source)
    if isinstance(source, Iterable):
        return _Stream(source)
    raise MusicVerseError(f"{field}: expected a path, bytes, a file opened with 'rb', or an iterable of bytes")


def _binary(chunk: Any) -> bytes:
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return bytes(chunk)
    kind = type(chunk).__name__
    raise MusicVerseError(f"The upload must give bytes, got {kind}: was the file opened without 'b' in its mode?")


def _name_of(source: Any) -> str | None:
    name = source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", None)
    if not isinstance(name, (str, os.PathLike)):
        return None
    return os.path.basename(os.fspath(name)) or None


def _quote(name: str) -> str:
    """Escaping of names in form data, https://html.spec.whatwg.org/#multipart-form-data"""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
