"""Message lamps and busy lamps: by subscription and, for phones that never subscribe, unasked."""

from __future__ import annotations

import pytest

from ops.softphone.message import Message
from telephony.switch import control
from telephony.switch.control import DialogLamp
from tests.harness.sip import Peer
from tests.telephony.switch.conftest import REALM, Switch

pytestmark = pytest.mark.telephony


@pytest.fixture(scope="module")
def ann(running: Switch) -> Peer:
    phone = running.phone()
    phone.answer_always("NOTIFY")
    return phone


def lamp(phone: Peer, text: str) -> Message:
    return phone.expect(lambda m: m.method == "NOTIFY" and text in m.body, 5, f"NOTIFY with {text!r}")


def test_a_subscribed_phone_follows_its_mailbox(switch: Switch, ann: Peer) -> None:
    assert switch.router.rpc(control.publish_messages(ann.user, REALM, new=1, old=2)).get("result") is not None
    assert ann.subscribe("message-summary", ann.user).code in (200, 202)
    event = switch.router.wait("sub")
    assert (event["ev"], event["to"], event["from"]) == ("message-summary", ann.user, ann.user)
    lamp(ann, "Voice-Message: 1/2")
    for new, old in ((2, 2), (0, 4), (0, 0)):
        switch.router.rpc(control.publish_messages(ann.user, REALM, new=new, old=old))
        first = lamp(ann, f"Voice-Message: {new}/{old}")
        assert f"Messages-Waiting: {'yes' if new else 'no'}" in first.body


def test_a_subscription_shows_ones_own_mailbox_whatever_is_asked(switch: Switch, ann: Peer) -> None:
    bob = switch.phone()
    bob.answer_always("NOTIFY")
    switch.router.rpc(control.publish_messages(ann.user, REALM, new=7, old=7))
    switch.router.rpc(control.publish_messages(bob.user, REALM, new=3, old=0))
    assert bob.subscribe("message-summary", ann.user).code in (200, 202)
    assert "3/0" in lamp(bob, "Voice-Message").body


def test_a_phone_that_never_subscribed_is_told_unasked(switch: Switch) -> None:
    phone = switch.phone()
    phone.answer_always("NOTIFY")
    (contact,) = control.contacts_of(switch.router.rpc(control.lookup_registration(phone.user)))
    switch.router.rpc(control.notify_messages(contact, phone.user, REALM, new=5, old=1))
    told = lamp(phone, "Voice-Message: 5/1 (0/0)")
    assert told.uri == phone.contact
    assert told.get("Event") == "message-summary"
    assert told.get("Content-Type") == "application/simple-message-summary"


def test_a_busy_lamp_follows_what_the_router_publishes(switch: Switch, ann: Peer) -> None:
    switch.router.rpc(control.set_entry("watch", "102", "1"))
    assert ann.subscribe("dialog", "102").code in (200, 202)
    switch.router.rpc(control.publish_dialogs("102", REALM, [DialogLamp("call-1", "early")]))
    lamp(ann, "<state>early</state>")
    switch.router.rpc(control.publish_dialogs("102", REALM, [DialogLamp("call-1", "confirmed")]))
    body = lamp(ann, "<state>confirmed</state>").body
    assert "early" not in body
    switch.router.rpc(control.publish_dialogs("102", REALM, []))
    ann.expect(
        lambda m: m.method == "NOTIFY" and "confirmed" not in m.body and "early" not in m.body, 5, "an idle lamp"
    )


def test_subscribing_needs_a_password_and_ones_own_name(switch: Switch, ann: Peer) -> None:
    stranger = switch.stranger("5850", login="nobody")
    assert stranger.subscribe("message-summary", ann.user).code == 407
    impostor = switch.stranger("5851", login=ann.login)
    assert impostor.subscribe("message-summary", ann.user).code == 403
    assert ann.subscribe("presence", ann.user).code == 489
    assert ann.subscribe("dialog", "5555").code == 403  # not of this office


def test_nobody_but_the_switch_publishes(switch: Switch, ann: Peer) -> None:
    request = ann.request("PUBLISH", f"sip:{ann.user}@{REALM}", headers=(("Event", "message-summary"),), body="x")
    assert ann.exchange(request).code == 403
