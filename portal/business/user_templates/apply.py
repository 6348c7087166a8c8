"""Set, Merge and overrides: pure functions of plain values (S09-37..S09-42).

`Values` maps names of SETTINGS to what JSON can hold (a tuple becomes a list). A user keeps the template's values *as
they were when it was applied*; what differs from them is an override, so editing a template marks nobody (AMB-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from portal.business.user_templates.models import SETTINGS

Values = dict[str, Any]
How = Literal["set", "merge"]


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def values_of(holder: Any) -> Values:
    """Of a user or a template."""
    return {name: plain(getattr(holder, name)) for name in SETTINGS}


def overridden(current: Mapping[str, Any], applied: Mapping[str, Any]) -> frozenset[str]:
    """A setting younger than the snapshot is not in it, and no override."""
    return frozenset(name for name in SETTINGS if name in applied and plain(current[name]) != applied[name])


def apply(how: How, *, current: Mapping[str, Any], applied: Mapping[str, Any], template: Mapping[str, Any]) -> Values:
    """Set takes everything from the template; Merge keeps what the user has overridden."""
    kept = overridden(current, applied) if how == "merge" else frozenset()
    return {name: plain(current[name] if name in kept else template[name]) for name in SETTINGS}
