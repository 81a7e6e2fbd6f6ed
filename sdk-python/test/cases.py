"""The table of cases that all SDKs share, see tests/sdk/README.md, and the server that plays its answers."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
from pathlib import Path
from typing import Any, cast
from urllib.request import Request, urlopen

_ROOT = Path(__file__).resolve().parents[2]


class CaseServer:
    """The server of the table, a process of its own."""

    def __init__(self) -> None:
        node = os.environ.get("MUSICVERSE_NODE", str(_ROOT / "node_modules/.bin/node"))
        self._process = subprocess.Popen(
            [node, "--conditions=musicverse-source", str(_ROOT / "tests/sdk/server.ts")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(self.close)
        assert self._process.stdout is not None
        self._url: str = json.loads(self._process.stdout.readline())["url"]

    def table(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self._ask("GET", "table"))

    def prepare(self, steps: Any) -> PreparedCase:
        made = self._ask("POST", "cases", {"server": steps})
        return PreparedCase(self, made["id"], made["base_url"])

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self._url}/control/{path}", method=method, data=data)) as answer:
            return json.load(answer)


class PreparedCase:
    def __init__(self, server: CaseServer, case_id: str, base_url: str) -> None:
        self._server = server
        self._path = f"cases/{case_id}"
        self.base_url = base_url

    def requests(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self._server._ask("GET", self._path)["requests"])

    def forget(self) -> None:
        self._server._ask("DELETE", self._path)
