from __future__ import annotations

from typing import TYPE_CHECKING

from .._generated.async_resources.tracks import AsyncTracksResource as GeneratedAsyncTracksResource
from .._omit import Omit, omit
from .._resources.tracks import range_header

if TYPE_CHECKING:
    from .._async_binary import AsyncBinaryResponse
    from .._options import RequestOptions
    from .._resources.tracks import ByteRange


class AsyncTracksResource(GeneratedAsyncTracksResource):
    async def download_audio(
        self,
        track_id: str,
        *,
        range: ByteRange | str | Omit = omit,
        if_range: str | Omit = omit,
        options: RequestOptions | None = None,
    ) -> AsyncBinaryResponse:
        """Downloads the audio, whole or a range of it: ``await (await …download_audio(id)).to_file("song.wav")``.

        Nothing is read until you do. ``range``: part of the file, as a dict or as the value of a ``Range`` header; look
        at ``status``: 206 when it was served. ``if_range``: the ETag or date for which the range is meant.
        """
        return await super().download_audio(track_id, range=range_header(range), if_range=if_range, options=options)
