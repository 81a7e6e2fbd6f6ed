"""Answers for the misbehaving server."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from misbehaving_server import Answer, Handler, Received

TRACK = {
    "object": "track",
    "id": "trk_01h455vb4pex5vsknk084sn02q",
    "title": "Demo",
    "artist": None,
    "source": "upload",
    "generation_id": None,
    "format": "wav",
    "content_type": "audio/wav",
    "bytes": 4,
    "sha256": "00",
    "duration_ms": 1000,
    "sample_rate": 44100,
    "channels": 2,
    "loudness_lufs": None,
    "created_at": "2026-11-01T12:00:00.123Z",
}


def json_answer(body: Any, status: int = 200, **headers: str) -> Answer:
    def answer(handler: Handler, received: Received) -> None:
        kind = "application/problem+json" if status >= 400 else "application/json"
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.answer(status, json.dumps(body).encode(), {"content-type": kind, "x-request-id": "req_1", **more})

    return answer


def problem(status: int, code: str, **headers: str) -> Answer:
    body = {"code": code, "title": "A title", "detail": "What was wrong.", "status": status, "request_id": "req_2"}
    return json_answer(body, status, **headers)


def page(items: list[Any], cursor: str | None) -> Answer:
    return json_answer({"object": "list", "data": items, "has_more": cursor is not None, "next_cursor": cursor})


def raw(body: bytes, status: int = 200, **headers: str) -> Answer:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, received: handler.answer(status, body, more)


def hang_up(handler: Handler, received: Received) -> None:
    """Closes the connection without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def silent(handler: Handler, received: Received) -> None:
    """Never answers; ends when the client goes away."""
    handler.close_connection = True
    handler.connection.recv(1)


def dripping(handler: Handler, received: Received) -> None:
    """Sends a byte now and then, for ever."""
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.02)


def events(*chunks: bytes) -> Answer:
    """A stream of server-sent events that ends after these."""

    def answer(handler: Handler, received: Received) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.end_headers()
        for chunk in chunks:
            handler.wfile.write(chunk)
            handler.wfile.flush()

    return answer


def event(name: str, data: Any, number: int) -> bytes:
    return f"event: {name}\nid: {number}\ndata: {json.dumps(data)}\n\n".encode()
