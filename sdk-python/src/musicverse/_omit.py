from __future__ import annotations

from typing import Literal, final


@final
class Omit:
    """The type of :data:`omit`: an argument that was not given, which is something else than ``None`` (JSON null)."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


omit = Omit()
"""Leaves a parameter out, where ``None`` would send null."""
