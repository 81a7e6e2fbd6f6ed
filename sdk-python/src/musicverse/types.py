"""Types of answers (pydantic models), of parameters (TypedDict) and of their values.

>>> from musicverse.types import Track, WebhookPayload
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._generated import types as _generated

if TYPE_CHECKING:
    from ._generated.types import *  # noqa: F403


def __getattr__(name: str) -> Any:
    return getattr(_generated, name)


def __dir__() -> list[str]:
    return dir(_generated)
