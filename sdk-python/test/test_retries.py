from __future__ import annotations

import email.utils
import time
from typing import Any

import anyio
import pytest
from answers import TRACK, dripping, hang_up, json_answer, problem, silent
from conftest import Sdk
from misbehaving_server import MisbehavingServer

import musicverse
from musicverse import APIConnectionError, APIError, APITimeoutError, AsyncMusicVerse, RateLimitError


def get(client: Any) -> Any:
    return client.tracks.get("trk_1")


@pytest.mark.parametrize(
    "failure",
    [
        problem(408, "x"),
        problem(409, "idempotency_in_progress"),
        problem(429, "rate_limited"),
        problem(503, "x"),
        hang_up,
    ],
)
def test_a_passing_failure_is_tried_again_twice(sdk: Sdk, server: MisbehavingServer, failure: Any) -> None:
    server.answers = [failure, failure, json_answer(TRACK)]
    assert sdk.use(get).title == "Demo"
    assert len(server.received) == 3
    assert 0 <= sdk.sleeps[0] <= 500
    assert 0 <= sdk.sleeps[1] <= 1000


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422])
def test_a_failure_that_stays_is_not_tried_again(sdk: Sdk, server: MisbehavingServer, status: int) -> None:
    server.answers = [problem(status, "some_code")]
    with pytest.raises(APIError) as raised:
        sdk.use(get)
    assert (raised.value.status, raised.value.code, len(server.received)) == (status, "some_code", 1)


def test_a_third_failure_is_raised(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [hang_up]
    with pytest.raises(APIConnectionError, match=r"\(GET /v1/tracks/trk_1\)"):
        sdk.use(get)
    assert len(server.received) == 3


def test_retry_after_in_seconds_and_as_a_date(sdk: Sdk, server: MisbehavingServer) -> None:
    date = email.utils.formatdate(time.time() + 20, usegmt=True)
    server.answers = [problem(429, "x", retry_after="7"), problem(429, "x", retry_after=date), json_answer(TRACK)]
    sdk.use(get)
    assert sdk.sleeps[0] == 7000
    assert 15_000 < sdk.sleeps[1] <= 20_000


def test_a_retry_after_of_more_than_a_minute_is_raised(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [problem(429, "x", retry_after="61")]
    with pytest.raises(RateLimitError) as raised:
        sdk.use(get)
    assert (raised.value.retry_after_ms, sdk.sleeps) == (61_000, [])


def test_one_idempotency_key_for_all_tries_and_another_for_the_next_call(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [problem(500, "x"), hang_up, json_answer({"id": "gen_1"})]
    sdk.use(lambda client: client.generations.create(prompt="x"))
    sdk.use(lambda client: client.generations.create(prompt="x"))
    keys = [received.headers["idempotency-key"] for received in server.received]
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert len(keys[0]) == 32


def test_what_must_not_happen_twice_is_tried_again_only_when_refused(sdk: Sdk, server: MisbehavingServer) -> None:
    def sign_in(client: Any) -> Any:
        return client.accounts.sign_in(email="a@example.com", password="pw-canary")

    server.answers = [problem(429, "rate_limited"), json_answer({"token": "t"})]
    assert sdk.use(sign_in).token == "t"
    server.answers = [hang_up]
    with pytest.raises(APIConnectionError):
        sdk.use(sign_in)
    assert len(server.received) == 3


@pytest.mark.parametrize("stalling", [silent, dripping])
def test_the_time_limit_counts_each_try_with_its_whole_answer(
    sdk: Sdk, server: MisbehavingServer, stalling: Any
) -> None:
    server.answers = [stalling, stalling, json_answer(TRACK)]
    assert sdk.use(get, timeout_ms=100).title == "Demo"
    assert len(server.received) == 3


def test_a_passed_time_limit_says_so(sdk: Sdk, server: MisbehavingServer) -> None:
    server.answers = [silent]
    with pytest.raises(APITimeoutError, match=r"within 50 ms .*raise timeout_ms"):
        sdk.use(lambda client: client.tracks.get("trk_1", options={"timeout_ms": 50, "retries_max": 0}))


def test_cancelling_a_task_ends_the_pause_between_tries(server: MisbehavingServer) -> None:
    server.answers = [problem(429, "x", retry_after="50")]

    async def main() -> None:
        async with AsyncMusicVerse(api_key="k", base_url=server.url) as client:
            with anyio.move_on_after(0.2) as scope:
                await client.tracks.get("trk_1")
            assert scope.cancelled_caught

    started = time.monotonic()
    anyio.run(main)
    assert time.monotonic() - started < 10
    assert len(server.received) == 1


def test_no_server_at_all(sdk: Sdk) -> None:
    with pytest.raises(APIConnectionError, match="No answer") as raised:
        sdk.use(get, base_url="http://127.0.0.1:9", retries_max=0)
    assert raised.value.__cause__ is not None


def test_nothing_is_loaded_before_it_is_used() -> None:
    import subprocess
    import sys

    code = "import sys, musicverse; print({'httpx2', 'pydantic', 'typing'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert musicverse.__version__
