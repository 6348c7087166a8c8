"""The table of a list page: search, filters, sorting and paging on the server, from an AdminPage and a query string.

Everything unknown in the query string is ignored (a sort key must be in the list of columns), so a bookmark
from an older issue still opens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from portal.pages.page import Action, AdminPage, Column

ROWS = 50  # on one screen


@dataclass(frozen=True, slots=True)
class Head:
    title: str
    url: str  # "" when the column cannot be sorted
    direction: str  # aria-sort: "", "ascending", "descending"


@dataclass(frozen=True, slots=True)
class Cell:
    title: str
    value: object
    template: str
    css: str


@dataclass(frozen=True, slots=True)
class Button:
    title: str
    icon: str
    url: str
    post: bool
    danger: bool


@dataclass(frozen=True, slots=True)
class Row:
    key: int
    label: str
    object: Any
    cells: tuple[Cell, ...]
    actions: tuple[Button, ...]
    more: tuple[Button, ...]  # behind "More"
    data: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    name: str
    title: str
    choices: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    path: str
    q: str
    sort: str
    filters: tuple[Chosen, ...]
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    actions: bool  # whether any row has buttons: then there is a column for them
    found: int  # rows that match
    number: int  # this screen, from 1
    pages: int
    first: int
    last: int
    previous_url: str
    next_url: str

    @property
    def asked(self) -> bool:
        return bool(self.q) or any(chosen.value for chosen in self.filters)

    @property
    def total(self) -> int:
        return self.found


def build(page: AdminPage, request: HttpRequest, links: frozenset[str]) -> Table:
    asked = request.GET
    chosen = tuple(Chosen(f.name, f.title, f.choices, _known(asked.get(f.name, ""), f.choices)) for f in page.filters)
    q = asked.get("q", "").strip()
    rows = _matching(page, q, {c.name: c.value for c in chosen})
    sort, order = _order(page, asked.get("sort", ""))
    screen = Paginator(rows.order_by(*order), ROWS).get_page(asked.get("page"))
    objects = list(screen.object_list)
    page.attach(objects)
    actions = tuple(action for action in page.actions if action.link in links)
    return Table(
        path=request.path,
        q=q,
        sort=sort,
        filters=chosen,
        heads=tuple(_head(column, sort, asked) for column in page.columns),
        rows=tuple(_row(page, item, actions) for item in objects),
        actions=bool(actions),
        found=screen.paginator.count,
        number=screen.number,
        pages=screen.paginator.num_pages,
        first=screen.start_index(),
        last=screen.end_index(),
        previous_url=_with(asked, page=screen.number - 1) if screen.has_previous() else "",
        next_url=_with(asked, page=screen.number + 1) if screen.has_next() else "",
    )


def matching(page: AdminPage, request: HttpRequest) -> QuerySet[Any]:
    """Every row the list would show on all its screens, in no order: for an export."""
    asked = request.GET
    filters = {f.name: _known(asked.get(f.name, ""), f.choices) for f in page.filters}
    return _matching(page, asked.get("q", "").strip(), filters)


def _known(value: str, choices: tuple[tuple[str, str], ...]) -> str:
    return value if any(value == choice for choice, _ in choices) else choices[0][0]


def _matching(page: AdminPage, q: str, filters: Mapping[str, str]) -> QuerySet[Any]:
    """Every word must be found, each in any of the page's search fields."""
    rows = page.rows()
    for word in q.split()[:8]:
        match = Q()
        for lookup in page.search:
            match |= Q(**{lookup: word})
        rows = rows.filter(match)
    for item in page.filters:
        if filters[item.name]:
            rows = item.apply(rows, filters[item.name])
    return rows


def _order(page: AdminPage, sort: str) -> tuple[str, tuple[str, ...]]:
    """`sort` is "name" or "-name", name being a column's key; the primary key makes the order total."""
    for column in page.columns:
        if column.sort and sort.lstrip("-") == column.key:
            names = tuple(_reverse(name) for name in column.sort) if sort.startswith("-") else column.sort
            return sort, (*names, "pk")
    return "", (*page.order, "pk")


def _reverse(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _head(column: Column, sort: str, asked: QueryDict) -> Head:
    if not column.sort:
        return Head(column.title, "", "")
    if sort == column.key:
        return Head(column.title, _with(asked, sort=f"-{column.key}"), "ascending")
    return Head(column.title, _with(asked, sort=column.key), "descending" if sort == f"-{column.key}" else "")


def _with(asked: QueryDict, **values: object) -> str:
    """The query string with some values replaced; a new sort starts on the first screen."""
    query = asked.copy()
    query.pop("page", None)
    for name, value in values.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"


def _row(page: AdminPage, item: Any, actions: tuple[Action, ...]) -> Row:
    return Row(
        key=item.pk,
        label=page.label(item),
        object=item,
        cells=tuple(Cell(c.title, c.cell(item), c.template, c.css) for c in page.columns),
        actions=_buttons(item, [action for action in actions if not action.more]),
        more=_buttons(item, [action for action in actions if action.more]),
        data=tuple(page.row_data(item).items()),
    )


def _buttons(item: Any, actions: Sequence[Action]) -> tuple[Button, ...]:
    return tuple(Button(a.title, a.icon, a.url(item), a.post, a.danger) for a in actions if a.when(item))
