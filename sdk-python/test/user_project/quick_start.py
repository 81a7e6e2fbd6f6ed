"""The quick start of the README, sync and async, against the server of MUSICVERSE_BASE_URL."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from musicverse import AsyncMusicVerse, MusicVerse, NotFoundError, __version__


def main(folder: Path) -> None:
    with MusicVerse() as client:
        generation = client.generations.create(prompt="Warm lo-fi prompt-canary", duration_seconds=5)
        done = client.generations.wait(generation.id, on_progress=lambda state: print(f"{state.progress:.0%}"))
        size = client.tracks.download_audio(done.track_id or "").to_file(folder / "song.wav")
        assert (folder / "song.wav").stat().st_size == size
        mine = client.tracks.upload(file=folder / "song.wav", title="Mine")
        assert [track.id for track in client.tracks.list(limit=1)] == [mine.id, done.track_id]
        try:
            client.tracks.get("trk_01h455vb4pex5vsknk084sn02q")
        except NotFoundError as error:
            assert error.code == "not_found"
            assert error.request_id


async def async_main(folder: Path) -> None:
    async with AsyncMusicVerse() as client:
        generation = await client.generations.create(prompt="Warm lo-fi prompt-canary", duration_seconds=5)
        done = await client.generations.wait(generation.id)
        audio = await client.tracks.download_audio(done.track_id or "")
        assert await audio.to_file(folder / "async.wav") > 0
        assert [track.title async for track in client.tracks.list(source="upload")] == ["Mine"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
        asyncio.run(async_main(Path(name)))
    print(f"musicverse {__version__} works")
