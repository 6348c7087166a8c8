"""Why a change was not made. Every text is a sentence for the person at the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One field on which two administrators disagree. Secrets read "changed"."""

    field: str
    label: str
    mine: str
    theirs: str


class Conflict(Exception):
    """Somebody else changed or deleted the row since it was shown."""

    def __init__(self, label: str, differences: Sequence[Difference], *, deleted: bool = False) -> None:
        self.label = label
        self.differences = tuple(differences)
        self.deleted = deleted
        if deleted:
            text = f"{label} was deleted by somebody else in the meantime."
        else:
            text = f"{label} was changed by somebody else since you opened it. Compare, then save again."
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing the change would break; `link` leads to the object that is in the way."""

    text: str
    link: str = ""


class Refused(Exception):
    """The change would break something that works."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(reason.text for reason in reasons))
