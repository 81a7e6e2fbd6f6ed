from __future__ import annotations

from typing import Any, Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Parser(Protocol[T_co]):
    """A model, or a union of models: makes an object of a JSON value."""

    def from_answer(self, value: Any) -> T_co: ...
