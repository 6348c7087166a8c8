"""What can be dialled, by the dial plan in force."""

from __future__ import annotations

from itertools import groupby

from portal.publish import versions
from telephony.numbers.functions import Function, phone_functions


def groups_of_functions(extension: str) -> list[dict[str, object]]:
    """{"title", "functions": Function ...} for a sheet; examples are with this extension, or with one of the plan."""
    return [
        {"title": title, "functions": list(functions)}
        for title, functions in groupby(_functions(extension), key=lambda function: function.group)
    ]


def _functions(extension: str) -> tuple[Function, ...]:
    snapshot = versions.linted_version(versions.head_number()).snapshot
    return phone_functions(
        snapshot.dial_plan, snapshot.emergency, outside=bool(snapshot.outside_lines), extension=extension
    )
