from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._errors import APIConnectionError, APIError, APITimeoutError, MusicVerseError, error_from_answer
from ._generated.version import __version__
from ._hooks import ReceivedResponse, SentRequest, tell, visible_headers
from ._log import LogEntry, describe_failure, write_log
from ._omit import Omit
from ._options import RequestOptions, Settings, check_amount
from ._redact import redact
from ._request import Request, json_bytes, query_string
from ._retry import is_retryable, retry_delay_ms

if TYPE_CHECKING:
    import httpx2

    from ._deprecation import DeprecationNotices
    from ._upload import Form

_DEFAULT_TIMEOUT_MS = 60_000
_UPLOAD_TIMEOUT_MS = 600_000


class DeadlinePassed(APITimeoutError):
    """The time for several calls together is over; whoever set it says so in words."""


def check_pause(deadline: float | None, delay_ms: float, failure: Exception) -> None:
    """Raises when a pause would last beyond the deadline."""
    if deadline is not None and time.monotonic() + delay_ms / 1000 >= deadline:
        raise DeadlinePassed from failure


class Call:
    """One call with all its tries: everything about it that is the same for both clients, and that sends nothing."""

    __slots__ = (
        "_attempt",
        "_body",
        "_deadline",
        "_notices",
        "_repeatable",
        "_retries_max",
        "_settings",
        "_started",
        "_target",
        "_url_shown",
        "form",
        "headers",
        "method",
        "stream",
        "timeout_ms",
        "url",
    )

    def __init__(
        self,
        settings: Settings,
        notices: DeprecationNotices,
        request: Request,
        options: RequestOptions | None,
        accept: str,
        stream: bool,
        deadline: float | None = None,
    ) -> None:
        given: RequestOptions = options or {}
        timeout_ms = given.get("timeout_ms")
        retries_max = given.get("retries_max")
        check_amount("timeout_ms", timeout_ms)
        check_amount("retries_max", retries_max)
        self.method = request.method
        self._url_shown = settings.base_url + request.path
        self.url = self._url_shown + query_string(request.query)
        # The headers serve all tries, so the idempotency key stays.
        self.headers = build_headers(settings, request, given, accept)
        self._body = None if request.body is None else json_bytes(request.body)
        self.form: Form | None = None
        if request.form is not None:
            from ._upload import Form

            self.form = Form(request.form, request.files)
            self.headers["content-type"] = self.form.content_type
            if self.form.length is not None:
                self.headers["content-length"] = str(self.form.length)
        if timeout_ms is None:
            timeout_ms = settings.timeout_ms
        if timeout_ms is None:
            timeout_ms = _DEFAULT_TIMEOUT_MS if request.form is None else _UPLOAD_TIMEOUT_MS
        self.timeout_ms = timeout_ms
        # When all tries together must have ended, by time.monotonic().
        self._deadline = deadline
        # The body of a success is handed over unread.
        self.stream = stream
        self._target = f"{request.method} {request.path}"
        self._settings = settings
        self._notices = notices
        self._retries_max = settings.retries_max if retries_max is None else retries_max
        self._repeatable = request.method != "POST" or request.idempotent
        self._attempt = 0
        self._started = 0.0

    @property
    def timeout_s(self) -> float | None:
        """Limit of one try in seconds; None is none."""
        own = self.timeout_ms / 1000 if self.timeout_ms > 0 else None
        if self._deadline is None:
            return own
        left = max(0.001, self._deadline - time.monotonic())
        return left if own is None else min(own, left)

    def begin(self) -> bytes | None:
        """Starts the clock of a try and gives its body, unless that is a form."""
        on_request = self._settings.on_request
        if on_request is not None:
            sent = SentRequest(self.method, redact(self._url_shown), self._attempt, visible_headers(self.headers))
            tell(on_request, sent)
        self._started = time.monotonic()
        return self._body

    def explain(self, cause: Exception) -> MusicVerseError:
        """The error to raise for a failure of the HTTP library: a time limit that passed, or a broken connection."""
        import httpx2

        if isinstance(cause, (httpx2.TimeoutException, TimeoutError)):
            return self.timed_out()
        reason = redact(str(cause)) or type(cause).__name__
        return APIConnectionError(f"No answer: {reason} ({self._target})")

    def timed_out(self) -> APITimeoutError:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            return DeadlinePassed()
        return APITimeoutError(
            f"No complete answer within {self.timeout_ms:g} ms ({self._target}); raise timeout_ms if that is expected"
        )

    def check_deadline(self) -> None:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise DeadlinePassed

    def finish(self, response: httpx2.Response) -> None:
        """Logs an answer; raises when its status is an error. Then its body must have been read."""
        status, headers = response.status_code, response.headers
        on_response = self._settings.on_response
        if on_response is not None:
            tell(on_response, self._received(status, headers))
        notice = self._notices.read(self._target, headers)
        if notice is not None:
            self._log("warn", "deprecated", notice)
        if not response.is_success:
            raise error_from_answer(self._target, status, response.reason_phrase, headers, response.content)
        if self._settings.log is None:
            return
        message = f"{self._target} {status} in {self._duration_ms()} ms"
        self._log("debug", "response", message, status=status, request_id=headers.get("x-request-id"))

    def pause_after(self, error: Exception) -> float:
        """Seconds to wait before the next try; raises the error when there is none."""
        again = (
            self._attempt < self._retries_max
            and (self.form is None or self.form.replayable)
            and is_retryable(error, self._repeatable)
        )
        delay_ms = retry_delay_ms(error, self._attempt) if again else None
        failure = describe_failure(error)
        if delay_ms is None:
            self._log("error", "failure", f"{self._target} failed: {failure}", error=failure)
            raise error
        message = f"{self._target} again in {delay_ms} ms: {failure}"
        check_pause(self._deadline, delay_ms, error)
        self._log("warn", "retry", message, delay_ms=delay_ms, error=failure)
        self._attempt += 1
        return delay_ms / 1000

    def json(self, response: httpx2.Response) -> Any:
        """The body as JSON; raises when it is something else."""
        from pydantic_core import from_json

        try:
            return from_json(response.content)
        except ValueError:
            media_type = response.headers.get("content-type") or "no content type"
            raise self.unexpected("JSON", response, media_type) from None

    def unexpected(self, wanted: str, response: httpx2.Response, got: str) -> APIError:
        """A success that MusicVerse would not give."""
        status = response.status_code
        message = f"Expected {wanted} from {self._target}, got {got} with status {status}"
        message += ": does base_url point at a MusicVerse API?"
        return APIError(message, status, response.headers, {})

    def _received(self, status: int, headers: Mapping[str, str]) -> ReceivedResponse:
        url, shown, request_id = redact(self._url_shown), visible_headers(headers), headers.get("x-request-id")
        return ReceivedResponse(self.method, url, self._attempt, status, shown, request_id, self._duration_ms())

    def _duration_ms(self) -> int:
        return round((time.monotonic() - self._started) * 1000)

    def _log(self, level: Any, event: Any, message: str, **more: Any) -> None:
        if self._settings.log is None:
            return
        entry = LogEntry(level, event, message, self.method, self._url_shown, self._attempt, self._duration_ms())
        write_log(self._settings.log, entry._replace(**more))


def build_headers(settings: Settings, request: Request, options: RequestOptions, accept: str) -> dict[str, str]:
    """All headers except those of a form; names in lower case."""
    headers = {"accept": accept, "user-agent": f"musicverse-python/{__version__}"}
    if request.body is not None:
        headers["content-type"] = "application/json"
    if not request.public:
        if settings.api_key is not None:
            headers["authorization"] = f"Bearer {settings.api_key}"
        mode = options.get("mode") or settings.mode
        if mode is not None:
            headers["musicverse-mode"] = mode
    key = options.get("idempotency_key")
    if key is None and request.idempotent:
        key = secrets.token_hex(16)
    if key is not None:
        headers["idempotency-key"] = key
    for source in (settings.default_headers, request.headers, options.get("headers")):
        for name, value in (source or {}).items():
            if value is None:
                headers.pop(name.lower(), None)
            elif not isinstance(value, Omit):
                headers[name.lower()] = value
    if not request.public and "authorization" not in headers:
        raise MusicVerseError("No API key: give MusicVerse(api_key=…), or set MUSICVERSE_API_KEY")
    return headers
