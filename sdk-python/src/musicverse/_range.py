from __future__ import annotations

from typing_extensions import Required, TypedDict

from ._omit import Omit


class ByteRange(TypedDict, total=False):
    """Bytes ``start`` to ``end``, both inclusive and from 0; without ``end`` up to the last one.

    The answer's status is 206 when it was served.
    """

    start: Required[int]
    end: int


def range_header(wanted: ByteRange | str | Omit) -> str | Omit:
    """The value of a ``Range`` header."""
    if isinstance(wanted, (str, Omit)):
        return wanted
    return f"bytes={wanted['start']}-{wanted.get('end', '')}"
