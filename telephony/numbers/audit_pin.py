"""The digest an audit PIN code is known by outside the portal's database (S14-36)."""

from __future__ import annotations

import hashlib
import hmac


def digest(key: bytes, pin: str) -> str:
    return hmac.new(key, f"audit:{pin}".encode(), hashlib.sha256).hexdigest()
