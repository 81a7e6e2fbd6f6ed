from __future__ import annotations

import re

_PATTERNS = (
    (re.compile(r"\b(amv_[a-z]+_|whsec_)[\w+/=-]+"), r"\1[hidden]"),
    (re.compile(r"\b(bearer\s+)[^\s\"',]+", re.IGNORECASE), r"\1[hidden]"),
    (re.compile(r"(://)[^/\s:@]*:[^/\s@]*@"), r"\1[hidden]@"),
)


def redact(text: str) -> str:
    """Hides anything in a text that looks like a MusicVerse secret or like credentials in a URL."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
