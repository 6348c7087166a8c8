"""Walks one probe with the whole cast, and says in sentences what is not as the table has it.

Every attempt happens in a savepoint that is taken back, so all find the same office. Denied means 403 (a stranger is
sent to the login, or gets 401) and nothing changed: every row of every table of ours and every file is the same,
and the engines were asked for nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client

from portal.live.viewer import Viewer, current
from tests.portal.access.walk.cast import CAST, STRANGER, Office
from tests.portal.access.walk.probe import Call, Probe, filled
from tests.portal.access.walk.table import allowed

UNWATCHED = {"LoginAttempt"}  # counted by every log-in form, whoever types


class Engines:
    """Stands at portal.live.verbs.ask, the portal's door to the switch, and writes down what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, task: Any, **arguments: Any) -> dict[str, Any]:
        self.asked.append((task.name, arguments))
        return {"ok": True, "error": "", "call_id": "made"}


@contextmanager
def taken_back() -> Iterator[None]:
    attempt = transaction.atomic()
    attempt._from_testcase = True  # as pytest-django marks its own: the door's durable transaction may be inside
    with attempt:
        yield
        transaction.set_rollback(True)


def state(engines: Engines) -> str:
    """Of everything that a denied attempt must not change."""
    digest = hashlib.sha256(repr(engines.asked).encode())
    for model in apps.get_models():
        ours = model.__module__.startswith("portal.") or model.__name__ in ("Group", "User_groups")
        if ours and model.__name__ not in UNWATCHED:
            for row in model._default_manager.order_by("pk").values_list():
                # PostgreSQL gives bytes as memoryview, whose repr is an address
                plain = [bytes(value) if isinstance(value, memoryview) else value for value in row]
                digest.update(repr(plain).encode())
    for folder in (settings.INSTANCE.mail, settings.INSTANCE.media):
        digest.update(repr(sorted(str(path) for path in folder.rglob("*"))).encode())
    through = apps.get_model("business", "User").groups.through
    digest.update(repr(sorted(through.objects.values_list("user_id", "group_id"))).encode())
    return digest.hexdigest()


def walk(probe: Probe, office: Office, engines: Engines) -> list[str]:
    faults: list[str] = []
    for member in CAST:
        may = allowed(member, probe.row)
        for way, make in (("URL", probe.url), ("API", probe.api)):
            if make is not None:
                with taken_back():
                    faults += _try(
                        f"{member}, {way}",
                        make(office),
                        office,
                        member,
                        may,
                        engines,
                        api=way == "API",
                        hidden=probe.hidden,
                    )
        if probe.button is not None:
            with taken_back():
                faults += _look(probe, office, member, may)
        if probe.socket is not None and member != STRANGER:
            with taken_back():
                session = office.client(member).session
                if isinstance(current(session, probe.socket.link), Viewer) != may:
                    faults.append(f"{member}, WebSocket: {'refused' if may else 'let in'}")
    return faults


def _try(
    who: str, call: Call, office: Office, member: str, may: bool, engines: Engines, *, api: bool, hidden: bool
) -> list[str]:
    data = _data(call, office)
    client = office.client(member)
    before = state(engines)
    answer = _send(client, call, data)
    if may:
        if answer.status_code >= 400 or "/login/" in answer.get("Location", ""):
            return [f"{who}: {answer.status_code} although the table says yes: {answer.content[:300]!r}"]
        if call.shows and call.shows not in answer.content.decode():
            return [f"{who}: the answer does not show {call.shows!r}"]
        if call.effect is not None and not call.effect():
            return [f"{who}: answered {answer.status_code}, but it had no effect: {answer.content[:300]!r}"]
        return []
    faults = []
    if member != STRANGER:
        denied = answer.status_code == (404 if hidden else 403)
    else:
        # who sends a form gets the login page at once, which keeps it (portal/access/kept.py)
        denied = answer.status_code == 401 or (not api and "/login/" in answer.get("Location", ""))
    if not denied:
        faults.append(f"{who}: {answer.status_code} although the table says no")
    if state(engines) != before:
        faults.append(f"{who}: something changed although the table says no")
    return faults


def _data(call: Call, office: Office) -> dict[str, Any]:
    """The fields of a form as the server administrator is shown them, so that only the right can be what is missing."""
    if not call.form:
        return dict(call.data)
    page = office.client("server administrator").get(call.form)
    data = filled(page.context["form"], call.data)
    for hidden in ("version", "original"):
        if value := page.context.get(hidden):
            data.setdefault("row_version" if hidden == "version" else hidden, value)
    return data


def _send(client: Client, call: Call, data: dict[str, Any]) -> Any:
    if call.json:
        return client.generic(call.method, call.path, json.dumps(data), content_type="application/json")
    return getattr(client, call.method.lower())(call.path, data)


def _look(probe: Probe, office: Office, member: str, may: bool) -> list[str]:
    assert probe.button is not None
    button = probe.button(office)
    answer = office.client(member).get(button.path)
    seen = answer.status_code == 200 and button.marker in answer.content.decode()
    if seen == may:
        return []
    return [f"{member}, button {button.marker!r} on {button.path}: {'missing' if may else 'shown'}"]
