"""The periods of one day as text: "08:00-12:00 day 0, 12:00-13:00 day 2". Times of the wall clock, 24:00 is the end
of the day, the number is the greeting."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from django.core.exceptions import ValidationError

from telephony.messages.snapshot import ScheduleMode, SchedulePeriod

DAY_MINUTES = 24 * 60
MOST_PERIODS = 48  # of a day
LAST_GREETING = 8
_CLOCK = re.compile(r"([01]?\d|2[0-4])(?::?([0-5]\d))?", re.ASCII)
_PERIOD = re.compile(r"(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)\s+(day|night)\s+(\d)", re.ASCII | re.IGNORECASE)


def minutes(text: str) -> int:
    """Of the day, 0 to 1440: "8:00", "0800" or "8". Raises ValidationError."""
    found = _CLOCK.fullmatch(text.strip())
    total = int(found[1]) * 60 + int(found[2] or 0) if found else DAY_MINUTES + 1
    if total > DAY_MINUTES:
        raise ValidationError(f"{text.strip()[:20] or 'Nothing'} is no time. Write hours and minutes, 00:00 to 24:00.")
    return total


def clock(total: int) -> str:
    return f"{total // 60:02}:{total % 60:02}"


def parse(text: str) -> tuple[SchedulePeriod, ...]:
    """Periods in order. Raises ValidationError with sentences when the text or the periods cannot be used."""
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        match = _PERIOD.fullmatch(part)
        if match is None:
            raise ValidationError(f"{part[:40]} is no period. Write it as 08:00-17:00 day 0.")
        start, end, mode, greeting = match.groups()
        found.append(
            SchedulePeriod(
                start=minutes(start), end=minutes(end), mode=ScheduleMode(mode.lower()), greeting=int(greeting)
            )
        )
    return checked(found)


def checked(periods: Iterable[SchedulePeriod]) -> tuple[SchedulePeriod, ...]:
    """In order. Raises ValidationError with every sentence."""
    ordered = tuple(sorted(periods, key=lambda period: (period.start, period.end)))
    wrong = []
    if len(ordered) > MOST_PERIODS:
        wrong.append(f"A day has at most {MOST_PERIODS} periods; these are {len(ordered)}.")
    for period in ordered:
        if not 0 <= period.start < DAY_MINUTES or not 0 < period.end <= DAY_MINUTES:
            wrong.append("A period begins at 00:00 or later and ends at 24:00 or earlier.")
        elif period.end <= period.start:
            wrong.append(
                f"The period from {clock(period.start)} must end after it begins, not at {clock(period.end)}. "
                "Over midnight it takes two periods, one on each day."
            )
        if not 0 <= period.greeting <= LAST_GREETING:
            wrong.append(f"Greetings have the numbers 0 to {LAST_GREETING}; {period.greeting} is none.")
    for one, other in pairwise(ordered):
        if other.start < one.end:
            wrong.append(
                f"The periods {clock(one.start)}-{clock(one.end)} and {clock(other.start)}-{clock(other.end)} overlap. "
                f"End the first at {clock(other.start)} or begin the second at {clock(one.end)}."
            )
    if wrong:
        raise ValidationError(list(dict.fromkeys(wrong)))
    return ordered


def text_of(periods: Iterable[SchedulePeriod]) -> str:
    return ", ".join(f"{clock(p.start)}-{clock(p.end)} {p.mode.value} {p.greeting}" for p in periods)
