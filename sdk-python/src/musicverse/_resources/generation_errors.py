from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import MusicVerseError

if TYPE_CHECKING:
    from .._generated.models.shared import Generation


class GenerationFailedError(MusicVerseError):
    """A generation ended without a result."""

    generation: Generation
    code: str | None
    """Why, for example ``content_policy`` or ``provider_unavailable``; None when the server gave no reason."""

    def __init__(self, generation: Generation) -> None:
        error = generation.error
        why = f" ({error.code}): {error.message}" if error else " without a reason"
        super().__init__(f"{generation.id} failed{why}")
        self.generation = generation
        self.code = error.code if error else None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.generation,)


class GenerationCanceledError(MusicVerseError):
    """A generation was canceled before it finished."""

    generation: Generation

    def __init__(self, generation: Generation) -> None:
        super().__init__(f"{generation.id} was canceled")
        self.generation = generation

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.generation,)
