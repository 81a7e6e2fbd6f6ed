from __future__ import annotations

import re
import zlib

from ._errors import MusicVerseError

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM_LENGTH = 6
# Public id, secret, checksum.
_BODY_LENGTH = 12 + 43 + _CHECKSUM_LENGTH


def check_api_key(key: str) -> None:
    """Finds a mistyped or cut-off API key before anything is sent.

    An API key ends in a checksum: the CRC-32 of all that stands before it, as six base62 digits. Anything that is no
    API key of this form (a session token, a future form) is left to the server.
    """
    if key == "":
        raise MusicVerseError("api_key is empty")
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise MusicVerseError("api_key contains spaces, line breaks or other characters that no key has: copy it again")
    match = re.fullmatch(r"amv_(?:live|test)_(.*)", key)
    if match is None or len(match[1]) > _BODY_LENGTH:
        return
    missing = _BODY_LENGTH - len(match[1])
    if missing > 0:
        raise MusicVerseError(f"api_key is cut off: {missing} characters are missing at its end; copy all of it")
    if _checksum(key[:-_CHECKSUM_LENGTH]) != key[-_CHECKSUM_LENGTH:]:
        raise MusicVerseError("api_key is mistyped: its checksum does not match; copy it again")


def _checksum(text: str) -> str:
    rest = zlib.crc32(text.encode("ascii"))
    digits = ""
    for _ in range(_CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
