"""Makes calls with the Python SDK for a test in another language: one JSON object per line in, one per line out."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import re
import sys
from typing import Any

from musicverse import AsyncEventStream, AsyncMusicVerse, AsyncPage, EventStream, MusicVerse, Page

FLAVOUR = sys.argv[1]
CLIENTS: dict[str, Any] = {}
# [method, path] of every answer that was a success, since the last call.
REACHED: list[list[str]] = []


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def client_of(options: dict[str, Any]) -> Any:
    key = json.dumps(options, sort_keys=True)
    if key not in CLIENTS:
        make = AsyncMusicVerse if FLAVOUR == "async" else MusicVerse
        CLIENTS[key] = make(**{snake(name): value for name, value in options.items()}, on_response=note)
    return CLIENTS[key]


def note(response: Any) -> None:
    if response.status < 300:
        REACHED.append([response.method, response.url])


def invoke(order: dict[str, Any]) -> Any:
    """The arguments are those of the JavaScript method: ids, the parameters in one object, the options."""
    method = getattr(getattr(client_of(order["client"]), snake(order["resource"])), snake(order["method"]))
    parameters = inspect.signature(method).parameters.values()
    ids = sum(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
    names = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY} - {"options"}
    arguments = [plain(argument) for argument in order["args"]]
    rest = arguments[ids:]
    keywords = rest.pop(0) if names and rest else {}
    if rest and rest[0]:
        keywords["options"] = {snake(name): value for name, value in rest[0].items()}
    return method(*arguments[:ids], **keywords)


def plain(argument: Any) -> Any:
    """Bytes travel as base64."""
    if isinstance(argument, dict):
        if "$bytes" in argument:
            return base64.b64decode(argument["$bytes"])
        return {name: plain(member) for name, member in argument.items()}
    return argument


def shown(result: Any) -> Any:
    """A result as JSON, in the form that the JavaScript method gives."""
    if hasattr(result, "model_dump"):
        return result.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(result, (Page, AsyncPage)):
        return {"data": [shown(item) for item in result.data], "has_more": result.has_more, "next_cursor": result.next_cursor}
    if isinstance(result, list):
        return {"$events": [{"event": event.event, "id": event.id, "data": shown(event.data)} for event in result]}
    if isinstance(result, bytes):
        return {"$bytes": base64.b64encode(result).decode()}
    return result


def answer(order: dict[str, Any], result: Any = None, error: Exception | None = None) -> None:
    said: dict[str, Any] = {"id": order["id"], "reached": list(REACHED)}
    REACHED.clear()
    if error is None:
        said["result"] = shown(result)
    else:
        names = ("status", "code", "request_id", "problem")
        said["error"] = {"message": str(error) or repr(error), **{name: getattr(error, name, None) for name in names}}
    print(json.dumps(said), flush=True)


def serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        try:
            result = invoke(order)
            if hasattr(result, "iter_bytes"):
                result = result.read()
            elif isinstance(result, EventStream):
                result = list(result)
            answer(order, result)
        except Exception as error:
            answer(order, error=error)


async def serve_async() -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        try:
            result = invoke(order)
            if isinstance(result, AsyncEventStream):
                result = [event async for event in result]
            elif inspect.isawaitable(result):
                result = await result
            if hasattr(result, "iter_bytes"):
                result = await result.read()
            answer(order, result)
        except Exception as error:
            answer(order, error=error)


if FLAVOUR == "async":
    asyncio.run(serve_async())
else:
    serve()
