"""English out of recorded pieces: numbers, digits, days and times of day as names of the prompt set."""

from __future__ import annotations

from datetime import datetime

Words = tuple[str, ...]
_SYMBOLS = {"*": "digits/star", "#": "digits/pound", "+": "letters/plus"}


def digits(text: str) -> Words:
    """One by one, as extensions and telephone numbers are read out; what cannot be spoken is left out."""
    return tuple(
        f"digits/{c}" if c.isascii() and c.isdigit() else _SYMBOLS[c]
        for c in text
        if (c.isascii() and c.isdigit()) or c in _SYMBOLS
    )


def number(value: int) -> Words:
    """0 .. 999999 as a quantity: 125 is "one hundred twenty five"."""
    if not 0 <= value < 1_000_000:
        raise ValueError(f"{value} is not a number this voice can say.")
    if value <= 20:
        return (f"digits/{value}",)
    if value < 100:
        tens, ones = divmod(value, 10)
        return (f"digits/{tens * 10}", *(number(ones) if ones else ()))
    unit, size = ("thousand", 1000) if value >= 1000 else ("hundred", 100)
    high, rest = divmod(value, size)
    return (*number(high), f"digits/{unit}", *(number(rest) if rest else ()))


def ordinal(day: int) -> Words:
    """1 .. 31: "twenty third"."""
    if day <= 20 or day % 10 == 0:
        return (f"digits/h-{day}",)
    return (f"digits/{day // 10 * 10}", f"digits/h-{day % 10}")


def time_of_day(moment: datetime) -> Words:
    """ "four oh five p m" """
    hour = moment.hour % 12 or 12
    half = "digits/p-m" if moment.hour >= 12 else "digits/a-m"
    if moment.minute == 0:
        return (f"digits/{hour}", "digits/oclock", half)
    minutes = ("digits/oh", f"digits/{moment.minute}") if moment.minute < 10 else number(moment.minute)
    return (f"digits/{hour}", *minutes, half)


def day(moment: datetime, now: datetime) -> Words:
    """Today, yesterday, else weekday, month and day. Both in the listener's time zone."""
    ago = (now.date() - moment.date()).days
    if ago == 0:
        return ("digits/today",)
    if ago == 1:
        return ("digits/yesterday",)
    weekday = (moment.weekday() + 1) % 7  # the recordings count from Sunday
    return (f"digits/day-{weekday}", f"digits/mon-{moment.month - 1}", *ordinal(moment.day))


def date_and_time(moment: datetime, now: datetime) -> Words:
    return (*day(moment, now), "digits/at", *time_of_day(moment))


def caller(from_number: str) -> Words:
    """Who a message is from: extensions have at most five digits, longer ones are telephone numbers."""
    spoken = digits(from_number)
    if not spoken:
        return ("vm-unknown-caller",)
    return ("vm-from-extension" if len(spoken) <= 5 else "vm-from-phonenumber", *spoken)
