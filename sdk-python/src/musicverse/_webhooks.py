from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from ._errors import MusicVerseError

if TYPE_CHECKING:
    from ._generated.models.events import WebhookPayload

WebhookVerificationReason: TypeAlias = Literal[
    "missing_header",
    "invalid_timestamp",
    "timestamp_out_of_tolerance",
    "signature_mismatch",
    "invalid_secret",
    "invalid_body",
]
"""
- ``missing_header``: no ``webhook-id``, ``webhook-timestamp`` or ``webhook-signature``
- ``invalid_timestamp``: not a number of seconds
- ``timestamp_out_of_tolerance``: sent too long ago (a replay), or the clocks differ
- ``signature_mismatch``: not sent by MusicVerse, another endpoint's secret, or a body that was changed on the way
- ``invalid_secret``, ``invalid_body``: wrong use of this function
"""

WebhookHeaders: TypeAlias = "Mapping[str, str] | Mapping[str, str | Sequence[str]]"
"""Headers in the form of any web framework; names in any case."""

_TOLERANCE_MS = 300_000
_PREFIX = "whsec_"
# Bounds of the key in bytes: shorter is no secret, longer is no Standard Webhooks secret.
_BYTES_MIN = 16
_BYTES_MAX = 75


class WebhookVerificationError(MusicVerseError):
    """The webhook must not be believed. Answer 400 and do nothing else."""

    reason: WebhookVerificationReason

    def __init__(self, reason: WebhookVerificationReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type[WebhookVerificationError], tuple[WebhookVerificationReason, str]]:
        return type(self), (self.reason, str(self))


def unwrap_webhook(
    body: str | bytes | bytearray,
    headers: WebhookHeaders,
    secret: str | Sequence[str],
    *,
    tolerance_ms: float = _TOLERANCE_MS,
    now_ms: Callable[[], float] | None = None,
) -> WebhookPayload:
    """Verifies a webhook (Standard Webhooks, HMAC-SHA-256) and returns its typed event.

    ``body`` must be the bytes or text exactly as received: ``await request.body()`` in Starlette and FastAPI,
    ``request.get_data()`` in Flask, ``request.body`` in Django. ``secret`` is the endpoint's ``whsec_…``; give several
    while one replaces another. ``tolerance_ms``: how far the timestamp may be from now, in both directions. ``now_ms``:
    the clock, in milliseconds since 1970.

    Event types that this version does not know arrive as :class:`UnknownEvent`: have a default branch.

    Raises WebhookVerificationError with a ``reason``; answer such a request with 400.
    """
    verify_webhook(body, headers, secret, tolerance_ms=tolerance_ms, now_ms=now_ms)
    from pydantic_core import from_json

    from ._generated.models.events import WEBHOOK_PAYLOAD

    try:
        value = from_json(body)
    except ValueError:
        raise WebhookVerificationError(
            "invalid_body", "The signature is right, but the body is not JSON: it is no MusicVerse event"
        ) from None
    return WEBHOOK_PAYLOAD.from_answer(value)


def verify_webhook(
    body: str | bytes | bytearray,
    headers: WebhookHeaders,
    secret: str | Sequence[str],
    *,
    tolerance_ms: float = _TOLERANCE_MS,
    now_ms: Callable[[], float] | None = None,
) -> None:
    """The verification of :func:`unwrap_webhook` alone, for bodies of any kind."""
    if not isinstance(body, (str, bytes, bytearray)):
        raise WebhookVerificationError(
            "invalid_body",
            "Give the body as received, str or bytes, not as a parsed object: parsing changes it and breaks the "
            "signature",
        )
    keys = [_parse_secret(text) for text in ([secret] if isinstance(secret, str) else secret)]
    if not keys:
        raise WebhookVerificationError("invalid_secret", "Give at least one webhook secret")
    identifier = _header(headers, "webhook-id")
    timestamp = _header(headers, "webhook-timestamp")
    signatures = _header(headers, "webhook-signature")
    _check_timestamp(timestamp, tolerance_ms, now_ms)
    content = f"{identifier}.{timestamp}.".encode() + (body.encode() if isinstance(body, str) else bytes(body))
    candidates = [_decode_base64(entry[3:]) for entry in signatures.split(" ") if entry.startswith("v1,")]
    for key in keys:
        expected = hmac.new(key, content, hashlib.sha256).digest()
        if any(candidate is not None and hmac.compare_digest(candidate, expected) for candidate in candidates):
            return
    raise WebhookVerificationError(
        "signature_mismatch",
        "No signature matches: does the secret belong to this endpoint, and is the body passed on exactly as received?",
    )


def _header(headers: WebhookHeaders, name: str) -> str:
    for key, value in headers.items():
        if key.lower() == name:
            text = value if isinstance(value, str) else " ".join(value)
            if text:
                return text
    raise WebhookVerificationError(
        "missing_header",
        f"The header {name} is missing: this request does not come from MusicVerse, or a proxy dropped it",
    )


def _check_timestamp(timestamp: str, tolerance_ms: float, now_ms: Callable[[], float] | None) -> None:
    if not re.fullmatch(r"\d{1,12}", timestamp, re.ASCII):
        raise WebhookVerificationError("invalid_timestamp", "webhook-timestamp is not a number of seconds since 1970")
    now = time.time() if now_ms is None else now_ms() / 1000
    # Whole seconds, as sent: 300 s is inside, 301 s is outside.
    offset = int(now // 1) - int(timestamp)
    if abs(offset) * 1000 <= tolerance_ms:
        return
    when = f"{offset} s ago" if offset > 0 else f"{-offset} s in the future"
    raise WebhookVerificationError(
        "timestamp_out_of_tolerance", f"The webhook was sent {when}: a replay, or this machine's clock is wrong"
    )


def _parse_secret(secret: str) -> bytes:
    """The key bytes of a secret: base64, with or without padding and with or without ``whsec_`` before it."""
    key = _decode_base64(secret.removeprefix(_PREFIX))
    if key is None:
        if "," in secret:
            raise _invalid_secret("it must start at whsec_, without a version such as v1 before it")
        raise _invalid_secret("it is not whsec_ and base64")
    if not _BYTES_MIN <= len(key) <= _BYTES_MAX:
        raise _invalid_secret(f"{len(key)} bytes decoded, a secret has {_BYTES_MIN} to {_BYTES_MAX}")
    return key


def _invalid_secret(reason: str) -> WebhookVerificationError:
    return WebhookVerificationError(
        "invalid_secret", f"The webhook secret is not valid: {reason}. Copy it again from the endpoint's settings."
    )


def _decode_base64(text: str) -> bytes | None:
    """None for anything that is not standard base64, with or without padding."""
    digits = re.sub("={1,2}$", "", text)
    if not re.fullmatch("[A-Za-z0-9+/]*", digits) or len(digits) % 4 == 1:
        return None
    return base64.b64decode(digits + "=" * (-len(digits) % 4))
