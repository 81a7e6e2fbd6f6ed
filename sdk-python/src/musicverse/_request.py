from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlencode

from ._errors import MusicVerseError
from ._omit import Omit


class Request:
    """One call of an operation, as the generated resources describe it. Arguments that are ``omit`` are left out."""

    __slots__ = ("body", "files", "form", "headers", "idempotent", "method", "path", "public", "query")

    def __init__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | Omit] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        files: tuple[str, ...] = (),
        public: bool = False,
        idempotent: bool = False,
    ) -> None:
        self.method = method
        # Already encoded, see path().
        self.path = path
        self.query = query
        # Header parameters of the operation.
        self.headers = headers
        # Sent as JSON.
        self.body = body
        # Sent as multipart/form-data: those named in files as file parts, the others as text.
        self.form = form
        self.files = files
        # The operation needs no credentials, so none are sent.
        self.public = public
        # The operation takes an Idempotency-Key.
        self.idempotent = idempotent

    def with_query(self, **more: str) -> Request:
        return self._copy(query={**(self.query or {}), **more})

    def with_headers(self, headers: Mapping[str, str | Omit]) -> Request:
        return self._copy(headers={**(self.headers or {}), **headers})

    def _copy(self, **changed: Any) -> Request:
        copy = Request.__new__(Request)
        for name in Request.__slots__:
            setattr(copy, name, changed.get(name, getattr(self, name)))
        return copy


def path(template: str, *ids: str) -> str:
    """Fills a path, encoding every id.

    An empty id, ``.`` or ``..`` would silently name another resource (``/v1/tracks/`` is the list), so those raise.
    """
    for value in ids:
        if not isinstance(value, str) or value in ("", ".", ".."):
            before = template.split("{}")[0]
            raise TypeError(f"{before}…: the id must be a non-empty string, got {value!r}")
    return template.format(*(quote(value, safe="!'()*~") for value in ids))


def query_string(query: Mapping[str, Any] | None) -> str:
    """``?a=1&b=2``, or nothing. Lists repeat their name; omit and None are left out; datetimes become ISO 8601."""
    pairs = [
        (name, query_value(item))
        for name, value in (query or {}).items()
        for item in (value if isinstance(value, (list, tuple)) else (value,))
        if item is not None and not isinstance(item, Omit)
    ]
    return f"?{urlencode(pairs)}" if pairs else ""


def query_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return iso(value) if isinstance(value, datetime) else str(value)


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC. A datetime without a zone could mean several moments, so it is refused."""
    if moment.tzinfo is None:
        raise MusicVerseError(
            f"{moment!r} has no time zone: use datetime.now(timezone.utc), or moment.astimezone() for local time"
        )
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_bytes(body: Mapping[str, Any]) -> bytes:
    """The body as JSON. Members that are ``omit`` are left out, also within nested objects."""
    import json

    return json.dumps(_plain(body), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items() if not isinstance(member, Omit)}
    if hasattr(value, "model_dump"):  # a model, for example one that was read before
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(member) for member in value]
    raise MusicVerseError(f"{type(value).__name__} cannot be sent as JSON")
