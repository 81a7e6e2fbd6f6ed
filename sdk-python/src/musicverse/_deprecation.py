from __future__ import annotations

import re
from collections.abc import Mapping

# trk_01h455vb4pex5vsknk084sn02q and its like, which differ between calls of one operation.
_ID = re.compile(r"[a-z]{3}_[0-9a-z]{26}")
_PAGE = re.compile(r'<([^>]+)>; rel="deprecation"')


class DeprecationNotices:
    """Finds out, once for each operation and client, that the server calls the operation deprecated."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def read(self, target: str, headers: Mapping[str, str]) -> str | None:
        if "deprecation" not in headers:
            return None
        operation = _ID.sub("{id}", target)
        if operation in self._seen:
            return None
        self._seen.add(operation)
        sunset = headers.get("sunset")
        page = _PAGE.search(headers.get("link", ""))
        ends = f" and ends on {sunset}" if sunset else ""
        return f"{operation} is deprecated{ends}{f'; see {page[1]}' if page else ''}"
