"""When alerts of a new voicemail go out, and to whom (chapter 20). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Level:
    """One line of the escalation table (S20-06). `to` "" is a level nobody filled in."""

    to: str
    minutes: int = 10
    retries: int = 0
    go_on: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    after: timedelta  # since the first alert
    level: int  # 1 ..
    attempt: int  # 0 is the first of its level
    to: tuple[str, ...]


def everybody(levels: Sequence[Level]) -> tuple[str, ...]:
    """Notification mode: every filled field, once (S20-05)."""
    return tuple(dict.fromkeys(level.to for level in levels if level.to))


def alert(levels: Sequence[Level], number: int) -> Alert | None:
    """The alert `number` (0 is the first) of an escalation; None when there are no more.

    A level gives retries + 1 alerts, one a period; after its last one period more passes before the next level that
    somebody filled in (S20-07, S20-Q02). Levels that go on are told with the later ones (S20-08).
    """
    after, before = timedelta(), 0
    going_on: list[str] = []
    for position, level in enumerate(levels, start=1):
        if not level.to:
            continue
        alerts = level.retries + 1
        if number < before + alerts:
            attempt = number - before
            to = tuple(dict.fromkeys([level.to, *going_on]))
            return Alert(after + attempt * timedelta(minutes=level.minutes), position, attempt, to)
        before += alerts
        after += alerts * timedelta(minutes=level.minutes)
        if level.go_on:
            going_on.append(level.to)
    return None
