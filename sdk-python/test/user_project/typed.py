"""What a type checker must know, and what it must refuse: under mypy --strict and pyright strict; never run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

import httpx2

from musicverse import (
    AsyncMusicVerse,
    AsyncPage,
    FileUpload,
    LogEntry,
    MusicVerse,
    Page,
    RawResponse,
    omit,
    unwrap_webhook,
)
from musicverse.types import Generation, ListTracksParams, Track, TrackSource


def show(entry: LogEntry) -> None:
    print(entry.message, entry.duration_ms)


client = MusicVerse(api_key=None, log=show, http_client=httpx2.Client(), timeout_ms=5_000)
track = client.tracks.get("trk_1", options={"retries_max": 0, "headers": {"x-a": None}})
assert_type(track, Track)
assert_type(track.created_at, datetime)
assert_type(client.tracks.list(limit=2), Page[Track])
assert_type(client.tracks.with_raw_response.get("trk_1"), RawResponse[Track])
assert_type(client.tracks.with_raw_response.get("trk_1").parse(), Track)
for each in client.tracks.list():
    assert_type(each, Track)
params: ListTracksParams = {"source": "upload", "since": datetime.now().astimezone()}
client.tracks.list(**params)
client.tracks.update("trk_1", artist=None, title=omit)
client.tracks.upload(file=FileUpload(b"x", filename="a.wav"))
client.tracks.upload(file=open("a.wav", "rb"))
client.with_options(timeout_ms=0, api_key=None).admin.put_rate_limit_override(
    "acc_1", quota={"requests": 1, "window_seconds": 60}, note="x"
)
if track.source == "upload":
    print("an upload")

event = unwrap_webhook(b"", {"webhook-id": "x"}, ["whsec_a", "whsec_b"])
if event.type == "generation.completed":
    assert_type(event.data, Generation)

source: TrackSource = "upload"
client.tracks.list(source="martian")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.tracks.update("trk_1", title=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.tracks.list(20)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
client.tracks.update("trk_1", titel="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
client.drafts.create(platform="tiktok")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def main() -> None:
    async with AsyncMusicVerse() as waiting:
        assert_type(await waiting.tracks.get("trk_1"), Track)
        assert_type(await waiting.tracks.list(), AsyncPage[Track])
        assert_type(await waiting.tracks.with_raw_response.get("trk_1"), RawResponse[Track])
        async for one in waiting.tracks.list():
            assert_type(one, Track)
        async with waiting.generations.stream_events("gen_1") as events:
            async for state in events:
                assert_type(state.data, Generation)
