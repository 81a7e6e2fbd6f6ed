"""What the shared table cannot say, because it is about Python."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from datetime import datetime, timezone
from typing import Any

import httpx2
import pytest
from answers import TRACK, dripping, event, events, json_answer, page, problem
from conftest import Sdk
from misbehaving_server import MisbehavingServer

import musicverse
from musicverse import APIError, APITimeoutError, AsyncMusicVerse, MusicVerse, MusicVerseError, UnknownEvent, omit
from musicverse._generated.models.events import WEBHOOK_PAYLOAD
from musicverse.types import Track, WebhookPayload

KEY = "amv_test_AB12"


def test_answers_keep_what_this_version_does_not_know(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [json_answer({**TRACK, "isrc": "X1", "source": "martian"})]
    track = sdk.use(lambda client: client.tracks.get("trk_1"))
    assert (track.isrc, track.source, track.model_extra) == ("X1", "martian", {"isrc": "X1"})
    assert track.created_at == datetime(2026, 11, 1, 12, 0, 0, 123_000, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("members", "name", "expected"),
    [
        ({"title": None}, "title", None),
        ({"duration_ms": "long"}, "duration_ms", "long"),
        ({"created_at": "soon"}, "created_at", "soon"),
        ({"object": "song"}, "object", "song"),
    ],
)
def test_an_answer_that_does_not_fit_is_taken_as_it_is(members: dict[str, Any], name: str, expected: Any) -> None:
    track = Track.from_answer({**TRACK, **members, "isrc": "X1"})
    assert isinstance(track, Track)
    assert getattr(track, name) == expected
    assert (track.id, track.model_extra) == (TRACK["id"], {"isrc": "X1"})


def test_what_an_older_server_does_not_send_is_none() -> None:
    track: Any = Track.from_answer({"id": "trk_1", "created_at": "2026-11-01T12:00:00Z"})
    assert (track.title, track.id, track.created_at.year) == (None, "trk_1", 2026)
    assert track.model_fields_set == {"id", "created_at"}


def test_events_of_unknown_types_arrive(sdk: Sdk, server: MisbehavingServer) -> None:
    known = {
        "object": "event",
        "id": "evt_1",
        "type": "track.created",
        "created_at": TRACK["created_at"],
        "data": TRACK,
    }
    server.answers = [page([known, {**known, "type": "album.pressed", "data": {"side": "B"}}], None)]
    first, second = sdk.collect(lambda client: client.events.list())
    assert (type(first).__name__, first.data.title) == ("TrackCreatedEvent", "Demo")
    assert isinstance(second, UnknownEvent)
    assert (second.type, second.data) == ("album.pressed", {"side": "B"})


def test_every_type_of_event_of_the_contract_has_its_class() -> None:
    from typing import get_args

    tags = {member.model_fields["type"].annotation.__args__[0]: member for member in get_args(WebhookPayload)}
    assert len(tags) > 10
    for tag, member in tags.items():
        assert type(WEBHOOK_PAYLOAD.from_answer({"type": tag})) is member


def test_left_out_null_and_given_are_three_things(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [json_answer(TRACK)]
    sdk.use(lambda client: client.tracks.update("trk_1", title=omit, artist=None))
    sdk.use(lambda client: client.tracks.update("trk_1", title="x"))
    assert [received.body for received in server.received] == [b'{"artist":null}', b'{"title":"x"}']
    assert not omit
    assert repr(omit) == "omit"


def test_datetimes_are_sent_in_utc_and_need_a_zone(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [page([], None)]
    sdk.collect(lambda client: client.tracks.list(since=datetime(2026, 1, 2, tzinfo=timezone.utc)))
    assert server.received[0].path == "/v1/tracks?since=2026-01-02T00%3A00%3A00.000Z"
    with pytest.raises(MusicVerseError, match="has no time zone"):
        sdk.collect(lambda client: client.tracks.list(since=datetime(2026, 1, 2)))


@pytest.mark.parametrize("bad", ["", ".", "..", None])
def test_an_id_that_would_name_something_else_is_refused(sdk: Sdk, bad: Any) -> None:
    with pytest.raises(TypeError, match=r"/v1/tracks/…: the id must be a non-empty string"):
        sdk.use(lambda client: client.tracks.get(bad))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"api_key": ""}, "is empty"),
        ({"api_key": "amv_test_a b"}, "spaces"),
        ({"api_key": KEY}, "cut off: 57 characters"),
        ({"api_key": f"amv_test_{'0' * 61}"}, "checksum"),
        ({"base_url": "api.example.com"}, "not a URL"),
        ({"base_url": "ftp://example.com"}, "must start with https://"),
        ({"base_url": "https://a:b@example.com"}, "no credentials"),
        ({"timeout_ms": float("nan")}, "timeout_ms must be"),
        ({"retries_max": -1}, "retries_max must be"),
    ],
)
@pytest.mark.parametrize("cls", [MusicVerse, AsyncMusicVerse])
def test_options_that_cannot_work_are_refused_at_once(cls: Any, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(MusicVerseError, match=reason):
        cls(**{"api_key": None, **options})


def test_the_environment_gives_what_is_not_given(monkeypatch: pytest.MonkeyPatch, server: MisbehavingServer) -> None:
    monkeypatch.setenv("MUSICVERSE_API_KEY", " token-of-env ")
    monkeypatch.setenv("MUSICVERSE_BASE_URL", f"{server.url}/")
    server.answers = [json_answer(TRACK)]
    with MusicVerse() as client:
        client.tracks.get("trk_1")
    assert server.received[0].headers["authorization"] == "Bearer token-of-env"
    with MusicVerse(api_key=None) as client, pytest.raises(MusicVerseError, match="MUSICVERSE_API_KEY"):
        client.tracks.get("trk_1")


def test_no_repr_shows_the_key() -> None:
    client = MusicVerse(api_key="token-canary", default_headers={"x": "canary"})
    shown = [repr(client), repr(client.with_options(retries_max=1)), repr(vars(client)), repr(client.tracks)]
    assert "canary" not in " ".join(shown)


def test_errors_travel_between_processes(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [problem(404, "not_found")]
    with pytest.raises(APIError) as raised:
        sdk.use(lambda client: client.tracks.get("trk_1"))
    copy = pickle.loads(pickle.dumps(raised.value))
    assert (type(copy), copy.status, copy.code, copy.request_id) == (
        musicverse.NotFoundError,
        404,
        "not_found",
        "req_2",
    )
    assert str(copy) == str(raised.value)


def test_one_sync_client_serves_many_threads(server: MisbehavingServer) -> None:
    server.answers = [json_answer(TRACK)]
    titles: list[str] = []
    with MusicVerse(api_key="k", base_url=server.url) as client:
        work = [threading.Thread(target=lambda: titles.append(client.tracks.get("trk_1").title)) for _ in range(20)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
    assert titles == ["Demo"] * 20


MANY_LOOPS = """
import asyncio, sys
from musicverse import AsyncMusicVerse

client = AsyncMusicVerse(api_key="k", base_url=sys.argv[1])

async def many():
    return [track.title for track in await asyncio.gather(*(client.tracks.get("trk_1") for _ in range(10)))]

print(asyncio.run(many()) + asyncio.run(many()) == ["Demo"] * 20)
"""


def test_one_async_client_serves_many_tasks_and_event_loops(server: MisbehavingServer) -> None:
    server.answers = [json_answer(TRACK)]
    # In a process of its own: what is left open in an event loop that has ended can only be dropped.
    done = subprocess.run([sys.executable, "-c", MANY_LOOPS, server.url], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_forked_process_has_connections_of_its_own(server: MisbehavingServer) -> None:
    server.answers = [json_answer(TRACK)]
    client = MusicVerse(api_key="k", base_url=server.url)
    client.tracks.get("trk_1")
    before = client._connections.get()
    child = os.fork()
    if child == 0:
        os._exit(0 if client._connections.get() is not before else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert client._connections.get() is before
    client.close()


def test_a_closed_client_says_so_and_leaves_your_own_http_client_open(server: MisbehavingServer) -> None:
    server.answers = [json_answer(TRACK)]
    with httpx2.Client() as own:
        client = MusicVerse(api_key="k", base_url=server.url, http_client=own)
        with client:
            client.tracks.get("trk_1")
        assert not own.is_closed
        with pytest.raises(MusicVerseError, match="closed"):
            client.tracks.get("trk_1")


def test_copies_share_connections(server: MisbehavingServer) -> None:
    client = MusicVerse(api_key="k", base_url=server.url)
    assert client.with_options(timeout_ms=1)._connections is client._connections
    client.close()


# Under trio, httpcore2 leaves a generator of its own to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*PoolByteStream:pytest.PytestUnraisableExceptionWarning")
def test_leaving_a_download_gives_its_connection_back(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [dripping]

    def leave(client: Any) -> None:
        with client.tracks.download_audio("trk_1") as audio:
            next(audio.iter_bytes())

    async def async_leave(client: Any) -> None:
        async with await client.tracks.download_audio("trk_1") as audio:
            async for _ in audio.iter_bytes():
                break

    sdk.use(async_leave if sdk.is_async else leave)


@pytest.mark.parametrize(
    ("wanted", "sent"), [({"start": 0, "end": 9}, "bytes=0-9"), ({"start": 5}, "bytes=5-"), ("bytes=-3", "bytes=-3")]
)
def test_a_range_is_asked_for_in_words_or_numbers(sdk: Sdk, server: MisbehavingServer, wanted: Any, sent: str) -> None:
    server.answers = [json_answer({})]

    def get(client: Any) -> Any:
        return client.tracks.download_audio("trk_1", range=wanted).read()

    async def async_get(client: Any) -> Any:
        return await (await client.tracks.download_audio("trk_1", range=wanted)).read()

    sdk.use(async_get if sdk.is_async else get)
    assert server.received[0].headers["range"] == sent


def test_the_limit_of_a_wait_counts_a_stream_that_only_reports_progress(sdk: Sdk, server: MisbehavingServer) -> None:
    running = {"id": "gen_1", "status": "running", "progress": 0.5}
    server.answers = [events(event("progress", running, 1)), json_answer(running)]
    with pytest.raises(APITimeoutError, match="gen_1 was not finished after 300 ms; it goes on"):
        sdk.use(lambda client: client.generations.wait("gen_1", timeout_ms=300))


def test_a_text_file_is_refused_by_name(sdk: Sdk, server: MisbehavingServer, tmp_path: Any) -> None:
    server.answers = [json_answer(TRACK)]
    (tmp_path / "a.txt").write_text("x")
    with (tmp_path / "a.txt").open() as file, pytest.raises(MusicVerseError, match="opened without 'b'"):
        sdk.use(lambda client: client.tracks.upload(file=file), retries_max=0)
    with pytest.raises(MusicVerseError, match="Could not open"):
        sdk.use(lambda client: client.tracks.upload(file=tmp_path / "missing.wav"))
