"""A plain user sees nothing of anybody else: every URL below /my/, every operation of the API that is open to all and
the WebSocket, tried by the whole cast against what is Ann's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import get_resolver

from portal.access.checks import _views
from portal.business.users.models import User
from portal.live import keys
from portal.live.consumers import MyConsumer
from portal.live.viewer import Viewer, current
from tests.portal.access.walk.cast import CAST, STRANGER, Office
from tests.portal.access.walk.walker import Engines, state
from tests.portal.my_manager.conftest import Secret, filled

PAGES = tuple(route for route, _ in _views(get_resolver().url_patterns) if route.startswith("my/"))
POSTS: dict[str, dict[str, Any]] = {
    "my/": {"do": "delete"},
    "my/voicemails/<str:message_id>/heard/": {},
    "my/voicemails/<str:message_id>/delete/": {},
}
CHANGES = {  # of the API: method, path below /api/v1/voicemails/<key>/, body
    "delete": ("DELETE", "", None),
    "mark": ("PATCH", "", {"new": False}),
    "hear": ("GET", "audio/", None),
    "read": ("GET", "", None),
    "forward": ("POST", "forward/", {"to": ["bob"]}),
}
OTHERS = tuple(member for member in CAST if member != "ann")


def path(route: str, secret: Secret) -> str:
    return "/" + route.replace("<str:message_id>", secret.message_id)


def leaks(answer: Any, secret: Secret) -> list[str]:
    return [word for word in secret.words if word in answer.content.decode(errors="replace")]


def test_every_page_of_the_manager_is_walked() -> None:
    assert len(PAGES) >= 10
    assert set(POSTS) <= set(PAGES)


def test_ann_sees_what_is_hers(office: Office, secret: Secret, engines: Engines) -> None:
    client = office.client("ann")
    seen = "".join(client.get(f"/my/{page}").content.decode() for page in ("", "calls/", "notifications/"))
    assert [word for word in secret.words if word not in seen] == []
    assert client.get(path("my/voicemails/<str:message_id>/audio/", secret)).status_code == 200


@pytest.mark.parametrize("member", OTHERS)
def test_no_page_shows_it_to_somebody_else(office: Office, secret: Secret, engines: Engines, member: str) -> None:
    client = office.client(member)
    for route in PAGES:
        for extra in ("", f"?user={secret.ann.pk}", f"?q=Hidden&user_id={secret.ann.pk}"):
            answer = client.get(path(route, secret) + extra)
            assert leaks(answer, secret) == [], (route, extra)
            if member == STRANGER:
                assert "/login/" in answer["Location"], route
            elif member == "server administrator":
                assert (answer.status_code, answer["Location"]) == (302, "/"), route
            elif "<" in route:
                assert answer.status_code in (404, 405), route
            else:
                assert answer.status_code == (405 if route == "my/presence/" else 200), route


@pytest.mark.parametrize("member", OTHERS)
def test_nobody_else_changes_it(office: Office, secret: Secret, engines: Engines, member: str) -> None:
    client, before = office.client(member), state(engines)
    for route, data in POSTS.items():
        answer = client.post(path(route, secret), {**data, "message": secret.message_id}, headers={"HX-Request": "1"})
        assert leaks(answer, secret) == [], route
    forward = {"do": "forward", "message": secret.message_id, "to": office.people["bob"].pk}
    client.post("/my/", forward)
    assert state(engines) == before


@pytest.mark.parametrize("member", OTHERS)
def test_what_one_sets_is_ones_own(office: Office, secret: Secret, engines: Engines, member: str) -> None:
    """Whatever ids are sent along: the pages take the person from the session alone."""
    client = office.client(member)
    others = User.objects.exclude(pk=office.people.get(member, secret.ann).pk).order_by("pk")
    before = list(others.values_list())
    client.post("/my/presence/", {"presence": "away", "user": secret.ann.pk, "user_id": secret.ann.pk})
    page = client.get("/my/notifications/")
    if page.status_code == 200:
        mine = {"notification_mode": "escalation", "level1_to": "me@example.com", "user": secret.ann.pk, "pk": 1}
        assert client.post("/my/notifications/", filled(page, **mine)).status_code == 302
        assert User.objects.get(pk=office.people[member].pk).notification_mode == "escalation"
    assert list(others.values_list()) == before
    asked = [arguments for name, arguments in engines.asked if name.endswith("set_presence")]
    may = member not in (STRANGER, "server administrator")
    assert [arguments["user_id"] for arguments in asked] == ([office.people[member].pk] if may else [])


@pytest.mark.parametrize("member", OTHERS)
def test_the_api_keeps_it_from_everybody_else(office: Office, secret: Secret, engines: Engines, member: str) -> None:
    """Who may delete users' messages (business.users.delete_messages) sees the list, never the sound."""
    client = office.client(member)
    key = f"{secret.ann.pk}-{secret.message_id}"
    administrator = member in ("server administrator", "system administrator", "phone administrator")
    listed = client.get("/api/v1/voicemails/?user=ann")
    refused = 401 if member == STRANGER else 404
    assert listed.status_code == (200 if administrator else refused)
    for name, (method, below, body) in CHANGES.items():
        if administrator and name in ("delete", "read"):
            continue
        before = state(engines)
        answer = client.generic(
            method, f"/api/v1/voicemails/{key}/{below}", json.dumps(body or {}), content_type="application/json"
        )
        assert answer.status_code == refused, name
        assert state(engines) == before, name
        assert not administrator or "Quiet" not in answer.content.decode()
    if not administrator:
        for collection in ("voicemails", "call-records", "presence"):
            answer = client.get(f"/api/v1/{collection}/")
            if not (collection == "call-records" and member == "technician"):
                assert leaks(answer, secret) == [], collection


@pytest.mark.parametrize("member", CAST)
def test_the_websocket_carries_ones_own_and_nothing_else(office: Office, member: str) -> None:
    session = SessionStore()
    if member != STRANGER:
        client: Client = office.client(member)
        session = SessionStore(client.session.session_key)
    viewer = current(session, MyConsumer.link)
    if member == STRANGER:
        assert viewer == "anonymous"
        return
    assert viewer == Viewer(user_id=office.people[member].pk)
    assert MyConsumer().group_of(viewer) == keys.group_user(office.people[member].pk)
