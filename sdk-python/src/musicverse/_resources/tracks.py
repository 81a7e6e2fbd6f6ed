from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from typing_extensions import Required

from .._generated.resources.tracks import TracksResource as GeneratedTracksResource
from .._omit import Omit, omit

if TYPE_CHECKING:
    from .._binary import BinaryResponse
    from .._options import RequestOptions


class ByteRange(TypedDict, total=False):
    """Bytes ``start`` to ``end``, both inclusive and from 0; without ``end`` up to the last one."""

    start: Required[int]
    end: int


class TracksResource(GeneratedTracksResource):
    def download_audio(
        self,
        track_id: str,
        *,
        range: ByteRange | str | Omit = omit,
        if_range: str | Omit = omit,
        options: RequestOptions | None = None,
    ) -> BinaryResponse:
        """Downloads the audio, whole or a range of it: ``client.tracks.download_audio(id).to_file("song.wav")``.

        Nothing is read until you do. ``range``: part of the file, as a dict or as the value of a ``Range`` header; look
        at ``status``: 206 when it was served. ``if_range``: the ETag or date for which the range is meant.
        """
        return super().download_audio(track_id, range=range_header(range), if_range=if_range, options=options)


def range_header(wanted: ByteRange | str | Omit) -> str | Omit:
    if isinstance(wanted, (str, Omit)):
        return wanted
    return f"bytes={wanted['start']}-{wanted.get('end', '')}"
