"""Does what a case of the table says, through the public surface, and keeps what comes out."""

from __future__ import annotations

import inspect
import io
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
from cases import PreparedCase

import musicverse
from musicverse import AsyncMusicVerse, FileUpload, MusicVerse
from musicverse._generated.operations import OPERATIONS


class GaveUp(BaseException):
    """How the user of a sync client gives up: as Ctrl-C does, by an exception out of the blue."""


class Outcome:
    """What came out of a case, in the form of the table."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.canceled = False
        self.value: Any = None
        self.items: list[Any] = []
        self.pages: list[list[Any]] = []
        self.events: list[dict[str, Any]] = []
        self.read: str | None = None
        self.response: Any = None
        self.log: list[musicverse.LogEntry] = []
        self.hooks: list[tuple[str, Any]] = []
        self.pauses: list[float] = []


class Run:
    """One case with one of the clients."""

    def __init__(self, case: dict[str, Any], prepared: PreparedCase, folder: Path) -> None:
        self.case = case
        self.prepared = prepared
        self.folder = folder
        self.outcome = Outcome()
        self.cancel_scope: anyio.CancelScope | None = None

    def pause(self, milliseconds: float) -> None:
        self.outcome.pauses.append(milliseconds)
        if self.case.get("cancel") == "first_pause":
            self.give_up()

    def give_up(self) -> None:
        if self.cancel_scope is None:
            raise GaveUp
        self.cancel_scope.cancel()

    def client_options(self) -> dict[str, Any]:
        return {
            "base_url": self.prepared.base_url,
            "api_key": "session-token",
            "log": self.outcome.log.append,
            "on_request": lambda request: self.outcome.hooks.append(("request", request)),
            "on_response": lambda response: self.outcome.hooks.append(("response", response)),
            **self.case.get("client", {}),
        }

    def sync(self) -> Outcome:
        try:
            with MusicVerse(**self.client_options()) as first:
                client = first.with_options(**self.case["with_options"]) if "with_options" in self.case else first
                for _ in range(self.case.get("times", 1)):
                    self._sync_call(client)
        except GaveUp:
            self.outcome.canceled = True
        except Exception as error:
            self.outcome.error = error
        return self.outcome

    def _sync_call(self, client: MusicVerse) -> None:
        if self.case.get("cancel") == "before":
            raise GaveUp
        if self.case.get("cancel") != "first_request":
            self._sync_read(client)
            return
        main = threading.main_thread().ident
        assert main is not None

        def raise_there(number: int, frame: object) -> None:
            raise GaveUp

        def when_it_arrived() -> None:
            while not self.prepared.requests():
                time.sleep(0.01)
            signal.pthread_kill(main, signal.SIGUSR1)

        before = signal.signal(signal.SIGUSR1, raise_there)
        watcher = threading.Thread(target=when_it_arrived)
        watcher.start()
        try:
            self._sync_read(client)
        finally:
            watcher.join()
            signal.signal(signal.SIGUSR1, before)

    def _sync_read(self, client: MusicVerse) -> None:
        outcome, call = self.outcome, self.case["call"]
        take = call.get("take", float("inf"))
        how = call.get("read", "value")
        result = self._invoke(client)
        if how == "items":
            for item in result:
                outcome.items.append(item)
                if len(outcome.items) >= take:
                    break
        elif how == "pages":
            outcome.pages.append(result.data)
            while result.has_next_page():
                result = result.get_next_page()
                outcome.pages.append(result.data)
        elif how == "events":
            for event in result:
                self._event(event)
                if len(outcome.events) >= take:
                    break
        elif how == "bytes":
            outcome.read = result.read().decode()
        elif how == "file":
            outcome.read = self._file(result.to_file(self.folder / "out"))
        else:
            self._value(how, result)

    async def asynchronous(self) -> Outcome:
        self.cancel_scope = anyio.CancelScope()
        try:
            async with AsyncMusicVerse(**self.client_options()) as first:
                client = first.with_options(**self.case["with_options"]) if "with_options" in self.case else first
                for _ in range(self.case.get("times", 1)):
                    with self.cancel_scope:
                        await self._async_call(client)
                    self.outcome.canceled = self.cancel_scope.cancelled_caught
        except Exception as error:
            self.outcome.error = error
        return self.outcome

    async def _async_call(self, client: AsyncMusicVerse) -> None:
        assert self.cancel_scope is not None
        if self.case.get("cancel") == "before":
            self.cancel_scope.cancel()
        if self.case.get("cancel") != "first_request":
            await self._async_read(client)
            return

        async def when_it_arrived() -> None:
            while not await anyio.to_thread.run_sync(self.prepared.requests):
                pass
            self.give_up()

        async with anyio.create_task_group() as group:
            group.start_soon(when_it_arrived)
            await self._async_read(client)

    async def _async_read(self, client: AsyncMusicVerse) -> None:
        outcome, call = self.outcome, self.case["call"]
        take = call.get("take", float("inf"))
        how = call.get("read", "value")
        result = self._invoke(client)
        if how == "items":
            async for item in result:
                outcome.items.append(item)
                if len(outcome.items) >= take:
                    break
        elif how == "pages":
            page = await result
            outcome.pages.append(page.data)
            while page.has_next_page():
                page = await page.get_next_page()
                outcome.pages.append(page.data)
        elif how == "events":
            async with result as events:
                async for event in events:
                    self._event(event)
                    if len(outcome.events) >= take:
                        break
                    await anyio.lowlevel.checkpoint()
        elif how == "bytes":
            outcome.read = (await (await result).read()).decode()
        elif how == "file":
            outcome.read = self._file(await (await result).to_file(self.folder / "out"))
        else:
            self._value(how, await result if inspect.isawaitable(result) else result)

    def _invoke(self, client: Any) -> Any:
        call = self.case["call"]
        if "unwrap" in call:
            return self._unwrap(client, **call["unwrap"])
        options = dict(call.get("options", {}))
        if "wait" in call:
            given = {"timeout_ms": options.pop("timeout_ms")} if "timeout_ms" in options else {}
            return client.generations.wait(call["wait"], options=options, **given)
        resource, method = OPERATIONS[call["operation"]]
        if call.get("csv"):
            method += "_csv"
        group = getattr(client, resource)
        if call.get("read") in ("with_response", "raw_response"):
            group = group.with_raw_response
        params = {
            name: self._upload(**value) if name == "file" else value for name, value in call.get("params", {}).items()
        }
        function = getattr(group, method)
        if "body" in inspect.signature(function).parameters:  # any object is taken, as one argument
            return function(*call.get("ids", []), params, options=options)
        return function(*call.get("ids", []), **params, options=options)

    def _unwrap(
        self,
        client: Any,
        body: str,
        headers: dict[str, str],
        secrets: list[str],
        now: float,
        tolerance_ms: float = 300_000,
        verify_only: bool = False,
    ) -> Any:
        verify = musicverse.verify_webhook if verify_only else client.webhooks.unwrap
        return verify(body, headers, secrets, tolerance_ms=tolerance_ms, now_ms=lambda: now * 1000)

    def _upload(self, content: str, filename: str | None = None, content_type: str | None = None, **more: str) -> Any:
        data = content.encode()
        source = more["from"]
        if source == "path":
            path = self.folder / (filename or "song.wav")
            path.write_bytes(data)
            return str(path)
        if source == "bytes":
            return FileUpload(data, filename, content_type)
        if source == "blob":
            return FileUpload(io.BytesIO(data), filename, content_type)
        return FileUpload(iter([data[:3], data[3:]]), filename, content_type)

    def _event(self, event: Any) -> None:
        self.outcome.events.append({"event": event.event, "id": event.id, "data": as_json(event.data)})
        if self.case.get("cancel") == "first_event":
            self.give_up()

    def _value(self, how: str, result: Any) -> None:
        if how in ("with_response", "raw_response"):
            self.outcome.response = result
        if how == "raw_response":
            self.outcome.value = result.http_response.json()
        else:
            self.outcome.value = result.parse() if how == "with_response" else result

    def _file(self, size: int) -> str:
        written = (self.folder / "out").read_bytes()
        assert len(written) == size
        return written.decode()


def as_json(value: Any) -> Any:
    """A result as JSON values, names as they travelled."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, musicverse.Page | musicverse.AsyncPage):
        return {
            "data": [as_json(item) for item in value.data],
            "has_more": value.has_more,
            "next_cursor": value.next_cursor,
        }
    with suppress(AttributeError):
        return {"status": value.status, "content_type": value.content_type}
    return value
