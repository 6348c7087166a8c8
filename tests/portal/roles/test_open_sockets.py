"""A change of rights reaches open WebSockets at once: the look every few seconds is switched off here, so only the
nudge can end them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import Group
from django.test import Client

from portal.access import roles
from portal.access.links import Role
from portal.business.roles import services
from portal.business.users.models import User
from portal.live.consumers import LiveCallsConsumer, MyConsumer
from portal.publish.change import By

pytestmark = pytest.mark.django_db(transaction=True)
NEVER = 3600.0


class PatientCalls(LiveCallsConsumer):
    check = NEVER


class PatientMy(MyConsumer):
    check = NEVER


@pytest.fixture
def technician(make_user: Callable[..., User]) -> User:
    return make_user("theo", "123", role=Role.SUPPORT)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="portal.access.backend.UsernameBackend")
    return client


async def open_socket(consumer: Any, session: Any) -> ApplicationCommunicator:
    scope = {"type": "websocket", "path": "/ws/", "headers": [], "query_string": b"", "session": session}
    socket = ApplicationCommunicator(consumer.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=15))["type"] == "websocket.accept"
    assert '"type":"snapshot"' in (await socket.receive_output(timeout=15))["text"]
    return socket


async def closed_with(socket: ApplicationCommunicator) -> int:
    message = await socket.receive_output(timeout=15)
    assert message["type"] == "websocket.close"
    code: int = message["code"]
    return code


async def test_taking_the_role_closes_the_socket(technician: User) -> None:
    client = await sync_to_async(logged_in)(technician)
    socket = await open_socket(PatientCalls, await sync_to_async(lambda: client.session)())
    role = await Group.objects.aget(name=Role.SUPPORT.value)
    await sync_to_async(roles.remove)(technician, role, by=By())
    assert await closed_with(socket) == 4410


async def test_unticking_the_link_of_a_role_closes_the_sockets_of_its_members(ann: User) -> None:
    def prepare() -> Any:
        role, _ = services.add_role("Watcher", "", {"reports.live_calls"}, by=By())
        roles.assign(ann, role.group, by=By())
        return role

    role = await sync_to_async(prepare)()
    client = await sync_to_async(logged_in)(ann)
    socket = await open_socket(PatientCalls, await sync_to_async(lambda: client.session)())
    await sync_to_async(services.modify_role)(role, "Watcher", "", {"reports.call_details"}, by=By())
    assert await closed_with(socket) == 4410


async def test_viewing_as_a_role_without_the_page_closes_its_socket(admin: User) -> None:
    client = await sync_to_async(logged_in)(admin)
    socket = await open_socket(PatientCalls, await sync_to_async(lambda: client.session)())
    phone = await Group.objects.aget(name=Role.PHONE.value)
    answer = await sync_to_async(client.post)(f"/business/roles/{phone.pk}/view-as/")
    assert answer.status_code == 302
    assert await closed_with(socket) == 4410


async def test_what_still_may_be_seen_stays_open(technician: User) -> None:
    client = await sync_to_async(logged_in)(technician)
    session = await sync_to_async(lambda: client.session)()
    calls, own = await open_socket(PatientCalls, session), await open_socket(PatientMy, session)
    phone = await Group.objects.aget(name=Role.PHONE.value)
    await sync_to_async(roles.assign)(technician, phone, by=By())
    support = await Group.objects.aget(name=Role.SUPPORT.value)
    await sync_to_async(roles.remove)(technician, support, by=By())
    assert await closed_with(calls) == 4410
    assert await own.receive_nothing(timeout=0.2)
    await own.send_input({"type": "websocket.disconnect", "code": 1000})
    await own.wait(timeout=15)
