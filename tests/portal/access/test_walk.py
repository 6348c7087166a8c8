"""Every row of the role table × everybody of the cast × page, button, direct URL, API and WebSocket.

The expectation is read from tests/spec/role_permissions.csv (walk/table.py), never from links.py. How each row is used
and what its effect is stands in walk/<menu>.py. The reverse holds too: whatever the portal can do has a link with a
probe, or stands in the short list of what is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path

from portal.access import guard
from portal.access.checks import _views, links_of_views
from portal.access.guard import open_to, requires_link
from portal.access.links import LINKS
from portal.business.users import views as users_views
from portal.live import verbs
from portal.menu import MENU
from portal.phone_system.handsets import views as handsets_views
from portal.reports.live_calls import api as calls_api
from portal.reports.live_calls import views as calls_views
from portal.reports.system_events import views as events_views
from tests.portal.access.not_yet_built import NOT_YET_BUILT
from tests.portal.access.walk import business, did, emergency, phone_system, reports, schedules, users
from tests.portal.access.walk.cast import CAST, Office, furnish
from tests.portal.access.walk.probe import Button, Call, Probe
from tests.portal.access.walk.table import ROWS, allowed
from tests.portal.access.walk.walker import Engines, walk

PROBES: tuple[Probe, ...] = (
    *reports.PROBES,
    *phone_system.PROBES,
    *did.PROBES,
    *emergency.PROBES,
    *business.PROBES,
    *users.PROBES,
    *schedules.PROBES,
)

# Rows that are no page and no button of their own: a menu is its pages (see the test of menus), and whoever came in may
# leave.
MENUS = {("Home", menu.title) for menu in MENU}
LEAVE = ("Home", "Logout")

# What needs no link. "anybody" is for strangers too, "signed in" for every account; the views themselves show people
# only what is their own.
OPEN_URLS = {
    "health/": "anybody",
    "login/": "anybody",
    "login/code/": "anybody",
    "logout/": "anybody",
    "change-password/": "signed_in",
    "second-factor/": "signed_in",
    "why/": "signed_in",
    "view-as/end/": "signed_in",
    "": "signed_in",  # Home; who has no role is sent to My Allworx Manager
    "my/": "signed_in",
    "my/presence/": "signed_in",
    "my/calls/": "signed_in",
    "my/call-routes/": "signed_in",
    "my/phone-functions/": "signed_in",
    "my/speed-dials/": "signed_in",
    "my/greetings/": "signed_in",
    "my/greetings/<str:name>/": "signed_in",
    "my/greetings/<str:name>/bring/": "signed_in",
    "my/greetings/<str:name>/remove/": "signed_in",
    "my/notifications/": "signed_in",
    "my/password/": "signed_in",
    "my/voicemails/<str:message_id>/audio/": "signed_in",
    "my/voicemails/<str:message_id>/heard/": "signed_in",
    "my/voicemails/<str:message_id>/delete/": "signed_in",
}
# API operations for every account, which give people without the link only their own; the schema is for anybody.
OPEN_OPERATIONS = {
    "calls": {"list", "retrieve", "create", "destroy"},
    "call-records": {"list", "retrieve"},
    "presence": {"show", "partial_update"},
    "voicemails": {"list", "retrieve", "partial_update", "destroy", "audio", "forward"},
}


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Engines:
    found = Engines()
    for module in (verbs, calls_api, calls_views, events_views, handsets_views, users_views):
        monkeypatch.setattr(module, "ask", found)
    return found


@pytest.fixture
def office(db: None) -> Office:
    cache.clear()  # how often one may ask: many people walk here in a second
    return furnish()


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_everybody_may_do_exactly_what_the_table_says(probe: Probe, office: Office, engines: Engines) -> None:
    assert walk(probe, office, engines) == []


def test_a_menu_stands_where_one_of_its_pages_may_be_used(office: Office) -> None:
    faults = []
    for member in CAST[:-1]:
        html = office.client(member).get("/", follow=True).content.decode()
        for menu in MENU:
            may = allowed(member, ROWS["Home", menu.title]) and any(
                allowed(member, probe.row)
                for page in menu.pages
                for probe in PROBES
                if probe.name == (menu.title, page.title)
            )
            if (f"<h2>{menu.title}</h2>" in html) != may:
                faults.append(f"{member}: {menu.title} {'missing' if may else 'shown'}")
    assert faults == []


def test_every_row_of_the_table_has_a_probe_or_is_not_yet_built() -> None:
    probed = {probe.name for probe in PROBES if probe.ours is None}
    assert len(ROWS) == 261
    assert set(ROWS) == probed | NOT_YET_BUILT | MENUS | {LEAVE}
    assert not probed & NOT_YET_BUILT


def test_what_has_been_built_is_no_longer_listed_as_not_yet_built() -> None:
    keys = {(link.page, link.title): link.key for link in LINKS}
    source = _source()
    built = [name for name in sorted(NOT_YET_BUILT) if f'"{keys[name]}"' in source]
    assert built == [], "give these rows probes in tests/portal/access/walk/ and take them from not_yet_built.py"


def test_every_link_that_the_portal_asks_for_has_a_probe() -> None:
    names = {link.key: (link.page, link.title) for link in LINKS}
    probed = {probe.name for probe in PROBES} | MENUS | {LEAVE}
    asked = {key for _, keys, _ in _urls(get_resolver().url_patterns) for key in keys}
    assert sorted(names[key] for key in asked if names[key] not in probed) == []


def test_every_url_has_a_link_or_is_on_the_list_of_what_is_open() -> None:
    assert _open(get_resolver().url_patterns) == OPEN_URLS
    assert links_of_views() == []


def test_every_operation_of_the_api_has_a_link_or_is_on_the_list() -> None:
    found: dict[str, set[str]] = {}
    for route, view in _views(get_resolver().url_patterns):
        if route.startswith("api/v1/") and (links := getattr(getattr(view, "cls", None), "required_links", None)):
            name = route.removeprefix("api/v1/").strip("^").split("/")[0]
            done = set(view.actions.values())
            assert done <= links.keys(), f"{route}: {done - links.keys()} says nothing"
            found.setdefault(name, set()).update(action for action in done if not links[action])
    assert {name: actions for name, actions in found.items() if actions} == OPEN_OPERATIONS


# --- canaries: a walk that catches nothing proves nothing


def test_the_walk_catches_a_view_that_forgot_its_guard(
    office: Office, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "allowed_links", lambda request: frozenset({"business.users.delete"}))
    [probe] = [probe for probe in PROBES if probe.name == ("Business > Users", 'Users "delete"')]
    faults = walk(probe, office, engines)
    assert any("ann, URL" in fault and "although the table says no" in fault for fault in faults)
    assert any("ann, URL: something changed" in fault for fault in faults)


def test_the_walk_catches_a_button_that_everybody_sees_and_one_that_nobody_sees(
    office: Office, engines: Engines
) -> None:
    about = Probe(name=("Business", "Roles"), button=lambda office: Button("/", "<html"))
    assert any("network administrator" in fault and "shown" in fault for fault in walk(about, office, engines))
    nothing = Probe(name=("Business", "Roles"), button=lambda office: Button("/", "no such text"))
    assert any("phone administrator" in fault and "missing" in fault for fault in walk(nothing, office, engines))


def test_the_walk_catches_an_answer_without_the_effect(office: Office, engines: Engines) -> None:
    probe = Probe(name=("Business", "Roles"), url=lambda office: Call("GET", "/business/roles/", effect=lambda: False))
    assert any("had no effect" in fault for fault in walk(probe, office, engines))


def test_the_walk_catches_the_engines_being_asked_by_somebody_who_may_not(office: Office, engines: Engines) -> None:
    """A denied attempt that reached the switch shows in the state, though no row changed."""
    from tests.portal.access.walk.walker import state

    before = state(engines)
    engines.asked.append(("end_call", {}))
    assert state(engines) != before


def test_the_reverse_catches_an_open_view_that_is_not_on_the_list() -> None:
    @open_to("anybody")
    def leak(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    leak.__module__ = "portal.leak"
    assert "leak/" in _open([path("leak/", leak)])


def test_the_reverse_catches_a_link_without_a_probe() -> None:
    view = requires_link("maintenance.update")(lambda request: HttpResponse())
    view.__module__ = "portal.update"
    [(_, keys, _)] = _urls([path("update/", view)])
    assert keys == {"maintenance.update"}
    assert ("Maintenance", "Update") not in {probe.name for probe in PROBES}


def _urls(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, set[str], str]]:
    """(route, keys of the links it asks for, what it is open to without one) of every view of ours."""
    for route, view in _views(patterns):
        if not view.__module__.startswith("portal."):
            continue
        for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
            if key := getattr(holder, "required_link", None):
                yield route, {key}, ""
                break
            if keys := getattr(holder, "required_links", None):
                yield route, {key for key in keys.values() if key}, ""
                break
            if access := getattr(holder, "access", None):
                yield route, set(), access
                break
        else:
            yield route, set(), "says nothing"


def _open(patterns: list[URLPattern | URLResolver]) -> dict[str, str]:
    return {route: access for route, _, access in _urls(patterns) if access}


def _source() -> str:
    """The portal's code and templates, but for portal/access, which knows every link by profession."""
    root = Path(guard.__file__).parents[2]
    files: list[Any] = [*(root / "portal").rglob("*.py"), *(root / "templates").rglob("*.html")]
    return "\n".join(file.read_text() for file in files if "access" not in file.relative_to(root).parts[:2])
