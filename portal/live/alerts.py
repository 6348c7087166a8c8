"""Emergency alerts: when a call raises one, who sees it, for how long, and when it is heard (S23-10..S23-12). Pure.

One machine for every viewer, a person at a browser or a handset with an Emergency Alert key: the calls that raised an
alert, which of them this viewer has cleared, and the time give what is shown. Nothing has to be remembered or timed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

QUIET = 15.0  # seconds after an alert in which further calls raise none, whoever makes them (S23-Q03)
SILENT_AFTER = 10 * 60.0  # seconds after the call: the beeping stops
GONE_AFTER = 60 * 60.0  # seconds after the call: the information is removed


@dataclass(frozen=True, slots=True)
class Alert:
    key: str  # the call's id
    at: float  # Unix time of the call


@dataclass(frozen=True, slots=True)
class Shown:
    alert: Alert | None = None
    beeping: bool = False
    waiting: tuple[Alert, ...] = ()  # stored, shown one by one as the ones before them are cleared


def raises(at: float, last: float | None) -> bool:
    """Whether a call at `at` raises an alert, the last one having been raised by a call at `last`."""
    return last is None or abs(at - last) >= QUIET


def shown(raised: Iterable[Alert], cleared: Collection[str], now: float) -> Shown:
    """What this viewer sees at `now`."""
    open_ = sorted(
        (alert for alert in raised if alert.key not in cleared and alert.at <= now < alert.at + GONE_AFTER),
        key=lambda alert: (alert.at, alert.key),
    )
    if not open_:
        return Shown()
    first = open_[0]
    return Shown(first, beeping=now < first.at + SILENT_AFTER, waiting=tuple(open_[1:]))
