"""One thing that is wrong with a configuration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    key: str  # the same for the same thing in every version
    severity: Severity
    text: str
    link: str = ""  # the page where it is mended
    refuses: bool = True  # an error that a change may not introduce
    field: str = ""  # of that page's form
    at: tuple[str, ...] = ()  # further pages that show it at this field
