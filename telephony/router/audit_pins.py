"""The audit PIN codes of the office, by digest (S14-36): they travel sealed and are never written in clear."""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.messages.snapshot import Credentials
from telephony.numbers.audit_pin import digest


@dataclass(slots=True)
class AuditPins:
    key: bytes = b""
    known: dict[str, str] = field(default_factory=dict)  # digest -> description

    def use(self, credentials: Credentials) -> None:
        self.key = credentials.pin_key
        self.known = {one.digest: one.description for one in credentials.audit_pins}

    def description(self, pin: str) -> str | None:
        return self.known.get(digest(self.key, pin)) if self.key else None
