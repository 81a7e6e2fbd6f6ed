"""Client of the MusicVerse API: ``MusicVerse``, and ``AsyncMusicVerse`` for asyncio and trio.

Names are loaded when they are first used, so importing this package costs next to nothing. Types of answers and
parameters are in :mod:`musicverse.types`.
"""

from __future__ import annotations

# Type checkers take this name for typing.TYPE_CHECKING, which would load typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._async_binary import AsyncBinaryResponse
    from ._async_events import AsyncEventStream
    from ._async_page import AsyncPage, AsyncPager
    from ._binary import BinaryResponse
    from ._client import AsyncMusicVerse, MusicVerse
    from ._errors import (
        APIConnectionError,
        APIError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        ContentTooLargeError,
        InternalServerError,
        MusicVerseError,
        NotFoundError,
        PermissionDeniedError,
        PreconditionFailedError,
        RangeNotSatisfiableError,
        RateLimitError,
        UnprocessableEntityError,
        UnsupportedMediaTypeError,
    )
    from ._events import EventStream, StreamEvent
    from ._generated.version import __version__
    from ._hooks import ReceivedResponse, RequestHook, ResponseHook, SentRequest
    from ._log import LogEntry, LogHook
    from ._model import UnknownEvent
    from ._omit import Omit, omit
    from ._options import RequestOptions
    from ._page import Page
    from ._range import ByteRange
    from ._raw import RawResponse
    from ._resources.generation_errors import GenerationCanceledError, GenerationFailedError
    from ._upload import FileSource, FileUpload, Uploadable
    from ._webhooks import (
        WebhookHeaders,
        WebhookVerificationError,
        WebhookVerificationReason,
        unwrap_webhook,
        verify_webhook,
    )

_MODULES = {
    "APIConnectionError": "_errors",
    "APIError": "_errors",
    "APITimeoutError": "_errors",
    "AsyncBinaryResponse": "_async_binary",
    "AsyncEventStream": "_async_events",
    "AsyncMusicVerse": "_client",
    "AsyncPage": "_async_page",
    "AsyncPager": "_async_page",
    "AuthenticationError": "_errors",
    "BadRequestError": "_errors",
    "BinaryResponse": "_binary",
    "ByteRange": "_range",
    "ConflictError": "_errors",
    "ContentTooLargeError": "_errors",
    "EventStream": "_events",
    "FileSource": "_upload",
    "FileUpload": "_upload",
    "GenerationCanceledError": "_resources.generation_errors",
    "GenerationFailedError": "_resources.generation_errors",
    "InternalServerError": "_errors",
    "LogEntry": "_log",
    "LogHook": "_log",
    "MusicVerse": "_client",
    "MusicVerseError": "_errors",
    "NotFoundError": "_errors",
    "Omit": "_omit",
    "Page": "_page",
    "PermissionDeniedError": "_errors",
    "PreconditionFailedError": "_errors",
    "RangeNotSatisfiableError": "_errors",
    "RateLimitError": "_errors",
    "RawResponse": "_raw",
    "ReceivedResponse": "_hooks",
    "RequestHook": "_hooks",
    "RequestOptions": "_options",
    "ResponseHook": "_hooks",
    "SentRequest": "_hooks",
    "StreamEvent": "_events",
    "UnknownEvent": "_model",
    "UnprocessableEntityError": "_errors",
    "UnsupportedMediaTypeError": "_errors",
    "Uploadable": "_upload",
    "WebhookHeaders": "_webhooks",
    "WebhookVerificationError": "_webhooks",
    "WebhookVerificationReason": "_webhooks",
    "__version__": "_generated.version",
    "omit": "_omit",
    "unwrap_webhook": "_webhooks",
    "verify_webhook": "_webhooks",
}

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AsyncBinaryResponse",
    "AsyncEventStream",
    "AsyncMusicVerse",
    "AsyncPage",
    "AsyncPager",
    "AuthenticationError",
    "BadRequestError",
    "BinaryResponse",
    "ByteRange",
    "ConflictError",
    "ContentTooLargeError",
    "EventStream",
    "FileSource",
    "FileUpload",
    "GenerationCanceledError",
    "GenerationFailedError",
    "InternalServerError",
    "LogEntry",
    "LogHook",
    "MusicVerse",
    "MusicVerseError",
    "NotFoundError",
    "Omit",
    "Page",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RangeNotSatisfiableError",
    "RateLimitError",
    "RawResponse",
    "ReceivedResponse",
    "RequestHook",
    "RequestOptions",
    "ResponseHook",
    "SentRequest",
    "StreamEvent",
    "UnknownEvent",
    "UnprocessableEntityError",
    "UnsupportedMediaTypeError",
    "Uploadable",
    "WebhookHeaders",
    "WebhookVerificationError",
    "WebhookVerificationReason",
    "__version__",
    "omit",
    "unwrap_webhook",
    "verify_webhook",
]


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "types"]
