"""AdminPage: everything the kernel must know about one page of the menu, as a value.

A slice's `page.py` makes one; `portal/pages/urls.py` turns it into URLs. What differs from page to page is a
function in it (rows, form, add, modify, delete, uses) or a view subclass handed to `page_urls`. The kernel
names no page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import slugify

from portal.publish.change import Change


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell that leads to another page (template pages/cells/link.html). Plain words without `url`, and for
    people who may not use `link`."""

    text: str
    url: str = ""
    link: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class State:
    """A cell with a dot (template pages/cells/state.html). `mood`: good, warn, bad, or "" for neither."""

    text: str
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """`cell` gives the value of a row. `sort` are ORM names; a column without them cannot be sorted."""

    title: str
    cell: Callable[[Any], object]
    sort: tuple[str, ...] = ()
    template: str = ""  # for more than text; gets `value` and `row`
    css: str = ""

    @property
    def key(self) -> str:
        """Its name in `?sort=`."""
        return slugify(self.title)


@dataclass(frozen=True, slots=True)
class Filter:
    """A drop-down above the table. `apply` gets a value of `choices`; the first choice means no filter."""

    name: str
    title: str
    choices: tuple[tuple[str, str], ...]
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Action:
    """A button at the end of a row. `post`: sent by htmx, the answer is a message on top of the page."""

    title: str
    icon: str
    link: str
    url: Callable[[Any], str]
    post: bool = False
    danger: bool = False
    more: bool = False  # rarely wanted: behind "More"
    when: Callable[[Any], bool] = lambda row: True


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the form, in the order of the manual."""

    title: str
    fields: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """Something that points at an object, or that goes with it when it is deleted."""

    text: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class AdminPage:
    name: str  # key of the list's link, also the stem of the URL names: "business.users"
    path: str  # below the menu: "users/"
    menu: str
    title: str
    singular: str
    icon: str
    item_path: str = ""  # below the menu, of modify and delete, when it is not `path`
    plural: str = ""  # when it is not the title in small letters
    rows: Callable[[], QuerySet[Any]]
    columns: tuple[Column, ...]
    order: tuple[str, ...]
    objects: Callable[[], QuerySet[Any]] | None = None  # what modify and delete work on, when it is not what is listed
    label: Callable[[Any], str] = str
    version: Callable[[Any], int] = lambda row: row.row_version  # what tells that somebody else saved
    lead: str = ""
    empty_title: str = "Nothing here yet"
    empty_text: str = ""
    search: tuple[str, ...] = ()  # ORM lookups that a typed word must match, all words in any of them
    search_hint: str = ""
    filters: tuple[Filter, ...] = ()
    actions: tuple[Action, ...] = ()
    attach: Callable[[Sequence[Any]], None] = lambda rows: None  # live facts for the rows of one screen
    row_data: Callable[[Any], Mapping[str, object]] = lambda row: {}  # data- attributes, for scripts

    # what may be done; "" means the page does not offer it
    add_link: str = ""
    add_title: str = ""
    modify_link: str = ""
    delete_link: str = ""
    form: Callable[..., forms.Form] | None = None  # form(data, instance=row or None)
    sections: tuple[Section, ...] = ()
    add: Callable[[HttpRequest, forms.Form], tuple[Model, Change]] | None = None
    modify: Callable[[HttpRequest, Any, forms.Form, int], Change] | None = None  # the int: row version it was read at
    delete: Callable[[HttpRequest, Any, int], Change] | None = None
    may_delete: Callable[[Any], bool] = lambda row: True  # False: it belongs to the system, no button is offered
    uses: Callable[[Any], Sequence[Use]] = lambda row: ()
    delete_text: str = ""

    @property
    def several(self) -> str:
        return self.plural or self.title.lower()
