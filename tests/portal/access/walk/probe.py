"""A probe of one row of the table: how to use it by page, by button and by API, and how to see that it worked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField, CheckboxInput

from portal.live.consumers import LiveConsumer
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.table import ROWS, Name


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `effect` is asked after it was answered: did it do what it is for? A page's effect is what it
    shows (`shows`). `posted`: at which form the fields stand that are not in `data`."""

    method: str
    path: str
    data: Mapping[str, Any] = field(default_factory=dict)
    form: str = ""
    json: bool = False
    effect: Callable[[], bool] | None = None
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """`marker` stands in the HTML of the page at `path` for those who may use it, and for nobody else."""

    path: str
    marker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """`ours`: for links that the guide's table does not have, the columns that hold it besides the administrators.
    `hidden`: other people's things do not exist for who may not touch them, so denied is 404."""

    name: Name
    url: Callable[[Office], Call] | None = None
    button: Callable[[Office], Button] | None = None
    api: Callable[[Office], Call] | None = None
    socket: type[LiveConsumer] | None = None
    ours: tuple[str, ...] | None = None
    hidden: bool = False

    @property
    def row(self) -> dict[str, bool]:
        """Who may, by column of the table."""
        if self.ours is not None:
            return {column: column in self.ours for column in ("phone", "network", "support")}
        return ROWS[self.name]

    @property
    def id(self) -> str:
        return ": ".join(self.name)


def filled(form: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser would send of this form, with `changes`."""
    data: dict[str, Any] = {}
    for bound in form:
        value = _sent(bound)
        if value not in (None, ""):
            data[bound.html_name] = value
    return {**data, **changes}


def _sent(bound: BoundField) -> Any:
    value = bound.value()
    if isinstance(bound.field.widget, CheckboxInput):
        return "on" if value else None
    return value
