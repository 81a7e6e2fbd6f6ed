from __future__ import annotations

import json
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ._retry_after import retry_after_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._generated.literals import ErrorCode
    from ._generated.models.problem import FieldProblem


class MusicVerseError(Exception):
    """Every error that this package raises on purpose."""


class APIConnectionError(MusicVerseError):
    """No answer: name resolution, connection, TLS, or the connection broke before the answer was complete."""


class APITimeoutError(APIConnectionError):
    """A time limit passed (``timeout_ms``). The request may have reached the server."""


class APIError(MusicVerseError):
    """The server answered with an error status (or, rarely, with something that is no MusicVerse answer)."""

    status: int
    """HTTP status."""
    code: ErrorCode | str | None
    """Stable code such as ``not_found``; None when the answer did not come from MusicVerse itself."""
    request_id: str | None
    """Quote it to support; it is in the server's logs."""
    problem: dict[str, Any]
    """Body of the answer as it arrived: RFC 9457 ``application/problem+json``, of which anything may be missing."""
    headers: Mapping[str, str]
    """Headers of the answer; names in any case."""

    def __init__(self, message: str, status: int, headers: Mapping[str, str], problem: dict[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.problem = problem
        self.code = problem.get("code")
        self.request_id = problem.get("request_id") or headers.get("x-request-id")

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes (multiprocessing, task queues), which rebuild them from their arguments."""
        return type(self), (self.args[0], self.status, self.headers, self.problem)

    @cached_property
    def errors(self) -> list[FieldProblem]:
        """Rejected fields, empty unless ``code`` is ``validation_failed``."""
        from ._generated.models.problem import FieldProblem

        found = self.problem.get("errors")
        return [FieldProblem.from_answer(entry) for entry in found] if isinstance(found, list) else []

    @property
    def retry_after_ms(self) -> int | None:
        """How long the server asks to wait before the next try, in milliseconds; None when it does not say."""
        return retry_after_ms(self.headers, time.time() * 1000)


class BadRequestError(APIError):
    """400"""


class AuthenticationError(APIError):
    """401: no valid API key or session."""


class PermissionDeniedError(APIError):
    """403: the key lacks a scope, or the operation needs a session."""


class NotFoundError(APIError):
    """404: it does not exist, or belongs to another account."""


class ConflictError(APIError):
    """409"""


class PreconditionFailedError(APIError):
    """412: the object is not as ``If-Match`` says any more."""


class ContentTooLargeError(APIError):
    """413: the body is larger than the operation accepts."""


class UnsupportedMediaTypeError(APIError):
    """415: the operation does not read this media type."""


class RangeNotSatisfiableError(APIError):
    """416: the range lies outside of the file."""


class UnprocessableEntityError(APIError):
    """422: for example an idempotency key that was used with another body."""


class RateLimitError(APIError):
    """429: see ``retry_after_ms``."""


class InternalServerError(APIError):
    """5xx"""


_CLASS_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    413: ContentTooLargeError,
    415: UnsupportedMediaTypeError,
    416: RangeNotSatisfiableError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def error_from_answer(target: str, status: int, reason: str, headers: Mapping[str, str], body: bytes) -> APIError:
    """Turns an error answer into the error class of its status. ``target`` is what the message names."""
    problem = _parse_problem(body)
    fallback = InternalServerError if status >= 500 else APIError
    cls = _CLASS_BY_STATUS.get(status, fallback)
    return cls(_describe(target, status, reason, headers, problem), status, headers, problem)


def _parse_problem(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _describe(target: str, status: int, reason: str, headers: Mapping[str, str], problem: dict[str, Any]) -> str:
    request_id = problem.get("request_id") or headers.get("x-request-id")
    what = problem.get("detail") or problem.get("title") or _without_problem(reason, headers)
    code = f" {problem['code']}" if problem.get("code") else ""
    errors = problem.get("errors")
    fields = [entry for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []
    lines = [
        f"{status}{code}: {what}",
        *(f"  {entry.get('path')}: {entry.get('message')}" for entry in fields),
        f"  ({target}{f', request {request_id}' if request_id else ''})",
    ]
    return "\n".join(lines)


def _without_problem(reason: str, headers: Mapping[str, str]) -> str:
    location = headers.get("location")
    if location is None:
        return reason or "no further explanation in the answer"
    return f"a redirect to {location}, which is not followed; set base_url to where the API is"
