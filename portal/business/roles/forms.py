"""A role made here: its name, and every link of the system to tick, page by page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.text import slugify

from portal.access.links import LINKS, Link
from portal.access.models import CustomRole
from portal.access.roles import links_of_role
from portal.business.roles.services import keys_of
from portal.pages.page import Section


def _field(page: str) -> str:
    return f"links_{slugify(page).replace('-', '_')}"


def _by_page() -> dict[str, list[Link]]:
    """In the order of the menu, a page's own link before its buttons."""
    found: dict[str, list[Link]] = {}
    for link in LINKS:
        found.setdefault(link.page, []).append(link)
    return found


PAGES = _by_page()
MENUS = tuple(dict.fromkeys(page.partition(" > ")[0] for page in PAGES))
SECTIONS = (
    Section("", ("name", "description")),
    *(
        Section(
            menu,
            tuple(_field(page) for page in PAGES if page.partition(" > ")[0] == menu),
            "What leads to a ticked link, its menu and its page, comes along by itself." if menu == MENUS[0] else "",
        )
        for menu in MENUS
    ),
)


class RoleForm(forms.Form):
    name = forms.CharField(label="Name", max_length=64)
    description = forms.CharField(label="Description", max_length=200, required=False)

    def __init__(self, data: Any, *, instance: CustomRole | None = None, copy: Group | None = None) -> None:
        ticked: frozenset[str] = frozenset()
        initial: dict[str, object] = {}
        if instance is not None:
            ticked = keys_of(instance)
            initial = {"name": instance.name, "description": instance.description}
        elif copy is not None:
            ticked = links_of_role(copy)
            initial = {"name": f"Copy of {copy.name}"[:64]}
        for page, links in PAGES.items():
            initial[_field(page)] = [link.key for link in links if link.key in ticked]
        super().__init__(data, initial=initial)
        for page, links in PAGES.items():
            self.fields[_field(page)] = forms.MultipleChoiceField(
                label=page.partition(" > ")[2] or "Pages",
                choices=[(link.key, link.title) for link in links],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def keys(self) -> frozenset[str]:
        return frozenset(key for page in PAGES for key in self.cleaned_data[_field(page)])

    def add_error(self, field: str | None, error: Any) -> None:
        """The services say `links`, which is many fields here: such sentences belong to the form as a whole."""
        if field is None and hasattr(error, "error_dict") and "links" in error.error_dict:
            for sentence in error.error_dict.pop("links"):
                super().add_error(None, sentence)
            if not error.error_dict:
                return
        super().add_error(field, error)
