"""WCAG 2.2 AA on every page, by axe-core: zero violations, light and dark, empty and with something in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from ops import libraries
from tests.portal.browser.conftest import FacePlace, Person
from tests.portal.browser.test_every_page import ADMIN_PAGES, OWN_PAGES
from tests.portal.browser.test_my_manager import leave_message

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def axe() -> str:
    return libraries.for_tests("axe/axe.min.js")


def violations(page: Page) -> list[str]:
    """One sentence each: the rule, what it asks, and where it is broken."""
    page.evaluate(axe())
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, { runOnly: { type: 'tag', values: rules } }).then(result => result.violations)",
        RULES,
    )
    return [
        f"{rule['id']}: {rule['help']}: {' | '.join(node['html'][:160] for node in rule['nodes'][:3])}"
        for rule in found
    ]


def walk(person: Person, paths: tuple[str, ...]) -> None:
    wrong = []
    for path in paths:
        page = person.go(path)
        expect(page.get_by_role("main")).to_have_count(1)
        wrong += [f"{path} {sentence}" for sentence in violations(page)]
    assert wrong == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_an_administrators_pages_are_accessible(
    office: FacePlace, visitor: Callable[..., Person], colours: Literal["light", "dark"]
) -> None:
    person = visitor(office, color_scheme=colours)
    person.log_in("admin")
    walk(person, ADMIN_PAGES)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_ones_own_pages_and_the_login_are_accessible(
    office: FacePlace, visitor: Callable[..., Person], colours: Literal["light", "dark"]
) -> None:
    person = visitor(office, color_scheme=colours)
    walk(person, ("/login/",))
    leave_message(office, "ann", f"Accessible {colours}", "104")
    person.log_in("ann")
    walk(person, OWN_PAGES)


def test_what_is_refused_is_accessible_too(office: FacePlace, visitor: Callable[..., Person]) -> None:
    person = visitor(office)
    person.log_in("ann")
    page = person.go("/my/password/")
    page.get_by_role("button", name="Update").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert violations(page) == []
    walk(person, ("/business/users/", "/no-such-page/"))


def test_a_page_that_is_wrong_is_caught(office: FacePlace, visitor: Callable[..., Person]) -> None:
    """A canary: axe looks, and sees."""
    page = visitor(office).go("/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [sentence.split(":")[0] for sentence in violations(page)] == ["label"]
