from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import timezone


def retry_after_ms(headers: Mapping[str, str], now_ms: float) -> int | None:
    """The ``Retry-After`` of an answer in milliseconds from ``now_ms``, or None when absent or unreadable.

    Both forms of RFC 9110 section 10.2.3 are read: seconds and an HTTP date (a past one gives 0).
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        return math.ceil(float(value) * 1000)
    if not re.search("[a-z]", value, re.IGNORECASE):
        return None
    from email.utils import parsedate_to_datetime  # 5 ms to load, and dates are rare

    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    # "-0000" and a missing zone mean UTC here, but give a datetime without a zone.
    aware = at if at.tzinfo is not None else at.replace(tzinfo=timezone.utc)
    return max(0, math.ceil(aware.timestamp() * 1000 - now_ms))
