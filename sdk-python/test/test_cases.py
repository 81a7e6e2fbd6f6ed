"""Every case of the shared table, with both clients."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from carry_out import Outcome, Run, as_json
from cases import CaseServer

import musicverse
from musicverse import UnknownEvent
from musicverse._generated.operations import OPERATIONS
from musicverse._model import Model

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# Answers are as the contract shows them: no leniency is needed to read them.
OF_THE_CONTRACT = ("every-operation", "every-event")
SERVER = CaseServer()
TABLE = SERVER.table()


def test_the_table_has_cases_of_every_kind() -> None:
    groups = {case["group"] for case in TABLE}
    assert groups >= {"retries", "retry-after", "streams", "uploads", "webhooks", "every-operation", "every-retry"}
    assert groups >= {"every-list", "every-problem", "every-event"}
    called = {case["call"]["operation"] for case in TABLE if case["group"] == "every-operation"}
    assert called == set(OPERATIONS)


@pytest.mark.parametrize("flavour", ["sync", "async"])
@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case['group']}: {case['name']}")
def test_case(case: dict[str, Any], flavour: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUSICVERSE_API_KEY", raising=False)
    prepared = SERVER.prepare(case["server"])
    run = Run(case, prepared, tmp_path)
    take_seams(run, monkeypatch)
    outcome = run.sync() if flavour == "sync" else anyio.run(run.asynchronous)
    check(case["expect"], outcome, prepared.requests())
    if case["group"] in OF_THE_CONTRACT:
        assert_typed(getattr(outcome.value, "data", outcome.value))
    if case["expect"].get("closed_by_client"):
        ends = time.monotonic() + 5
        while not prepared.requests()[-1]["closed_by_client"]:
            assert time.monotonic() < ends, "the client closed the connection"
    prepared.forget()


def take_seams(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are recorded and take no time; the random number is the one of the case."""
    real_sleep = anyio.sleep

    async def async_sleep(seconds: float) -> None:
        run.pause(round(seconds * 1000))
        await real_sleep(0)

    monkeypatch.setattr(anyio, "sleep", async_sleep)
    for module in ("_transport", "_events", "_resources.generations"):
        monkeypatch.setattr(f"musicverse.{module}.sleep", lambda seconds: run.pause(round(seconds * 1000)))
    if "random" in run.case:
        monkeypatch.setattr("musicverse._retry.random", lambda: run.case["random"])

    if run.case["group"] in OF_THE_CONTRACT:
        monkeypatch.setattr("musicverse._model._build", must_fit)


def must_fit(model: Any, value: Any) -> None:
    pytest.fail(f"the contract's example does not fit {model.__name__}: {value}")


def check(wanted: dict[str, Any], outcome: Outcome, requests: list[dict[str, Any]]) -> None:
    if wanted.get("canceled"):
        assert outcome.canceled
        assert outcome.error is None
    elif "error" in wanted:
        check_error(wanted["error"], outcome.error)
    elif outcome.error is not None:
        raise outcome.error
    check_result(wanted, outcome)
    check_pauses(wanted, outcome.pauses)
    check_log(wanted, outcome)
    check_hooks(wanted, outcome)
    check_requests(wanted, requests)
    said = json.dumps([outcome.log, outcome.hooks, f"{type(outcome.error).__name__}: {outcome.error}"]).lower()
    for text in wanted.get("never", []):
        assert text.lower() not in said


def check_error(wanted: dict[str, Any], error: BaseException | None) -> None:
    assert isinstance(error, getattr(musicverse, wanted["class"])), repr(error)
    for name in ("status", "code", "request_id", "retry_after_ms", "reason"):
        if name in wanted:
            assert getattr(error, name) == wanted[name], name
    if "errors" in wanted:
        assert [as_json(entry) for entry in error.errors] == wanted["errors"]
    for part in wanted.get("message", []):
        assert part in str(error)


def check_result(wanted: dict[str, Any], outcome: Outcome) -> None:
    if "value" in wanted:
        assert_has(as_json(outcome.value), wanted["value"])
    if "items" in wanted:
        assert [id_of(item) for item in outcome.items] == wanted["items"]
    if "pages" in wanted:
        assert [[id_of(item) for item in page] for page in outcome.pages] == wanted["pages"]
    if "events" in wanted:
        assert len(outcome.events) == len(wanted["events"])
        for event, expected in zip(outcome.events, wanted["events"], strict=True):
            assert_has(event, expected)
    if "bytes" in wanted:
        assert outcome.read == wanted["bytes"]
    if "response" in wanted:
        expected = wanted["response"]
        assert outcome.response.status == expected["status"]
        if "request_id" in expected:
            assert outcome.response.request_id == expected["request_id"]
        for name, value in expected.get("headers", {}).items():
            assert outcome.response.headers.get(name) == value


def check_pauses(wanted: dict[str, Any], pauses: list[float]) -> None:
    if "pauses_ms" not in wanted:
        return
    assert len(pauses) == len(wanted["pauses_ms"])
    for pause, expected in zip(pauses, wanted["pauses_ms"], strict=True):
        if isinstance(expected, dict):
            assert expected.get("at_least", 0) <= pause <= expected.get("at_most", float("inf"))
        else:
            assert pause == expected


def check_log(wanted: dict[str, Any], outcome: Outcome) -> None:
    if "log" not in wanted:
        return
    assert [entry.event for entry in outcome.log] == [expected["event"] for expected in wanted["log"]]
    for entry, expected in zip(outcome.log, wanted["log"], strict=True):
        parts = expected.pop("message", [])
        assert_has(entry._asdict(), expected)
        assert all(part in entry.message for part in parts)


def check_hooks(wanted: dict[str, Any], outcome: Outcome) -> None:
    if "hooks" not in wanted:
        return
    assert [kind for kind, _ in outcome.hooks] == [expected["hook"] for expected in wanted["hooks"]]
    for (_, told), expected in zip(outcome.hooks, wanted["hooks"], strict=True):
        assert told.url.endswith(expected.get("path", ""))
        for name, value in expected.get("headers", {}).items():
            assert told.headers.get(name) == value, name
        same = {name: value for name, value in expected.items() if name not in ("hook", "path", "headers")}
        assert_has(told._asdict(), same)


def check_requests(wanted: dict[str, Any], requests: list[dict[str, Any]]) -> None:
    expected = wanted.get("requests")
    if isinstance(expected, int):
        assert len(requests) == expected
    elif expected is not None:
        assert len(requests) == len(expected)
        for request, one in zip(requests, expected, strict=True):
            check_request(request, one)
    for name in wanted.get("same_headers", []):
        values = {request["headers"].get(name) for request in requests}
        assert len(values) == 1, name
        assert values.pop(), name
    for name in wanted.get("different_headers", []):
        assert len({request["headers"].get(name) for request in requests}) == len(requests), name


def check_request(request: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in ("method", "path", "query"):
        if name in expected:
            assert request[name] == expected[name], name
    if "json" in expected:
        assert json.loads(request["body"]) == expected["json"]
    if "form" in expected:
        assert_has(request["form"], expected["form"])
    for name, value in expected.get("headers", {}).items():
        sent = request["headers"].get(name)
        if value is not None and len(value) > 2 and value.startswith("/") and value.endswith("/"):
            assert re.search(value[1:-1], sent or ""), name
        else:
            assert sent == value, name


def assert_has(value: Any, wanted: Any) -> None:
    """The value has at least these members; lists have as many items. Times may be written in another way."""
    if isinstance(wanted, dict):
        assert isinstance(value, dict), value
        for name, member in wanted.items():
            assert name in value, name
            assert_has(value[name], member)
    elif isinstance(wanted, list):
        assert isinstance(value, list), value
        assert len(value) == len(wanted)
        for item, expected in zip(value, wanted, strict=True):
            assert_has(item, expected)
    elif isinstance(wanted, str) and MOMENT.fullmatch(wanted):
        assert moment(value) == moment(wanted)
    else:
        assert value == wanted


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def assert_typed(value: Any) -> None:
    """Everything in it has a class of its own, which knows all its members."""
    if isinstance(value, Model):
        assert not isinstance(value, UnknownEvent)
        assert not value.model_extra, f"{type(value).__name__} does not know {value.model_extra}"
        for name in type(value).model_fields:
            assert_typed(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            assert_typed(item)


def id_of(item: Any) -> Any:
    members = as_json(item)
    return next((value for name, value in members.items() if name == "id" or name.endswith("_id")), None)
