"""Starting: on every address of the machine, as an ordinary user, with short timers for phones that die."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from telephony.switch import __main__ as start
from telephony.switch import control
from telephony.switch.machine import own_addresses
from telephony.switch.render import render
from tests.harness.place import Place
from tests.harness.sip import Peer
from tests.telephony.switch.conftest import PASSWORD, Switch, connect, plan, ring

pytestmark = pytest.mark.telephony


@pytest.fixture
def everywhere() -> Iterator[Switch]:
    port = 15_000 + os.getpid() % 5000  # a port of 0.0.0.0 belongs to nobody's place
    with Place({"SWITCHROOM_SIP": f"0.0.0.0:{port}"}) as place:
        switch = Switch(place)
        try:
            yield switch
        finally:
            switch.close()


def test_a_switch_on_every_address_connects_phones_that_use_different_ones(everywhere: Switch) -> None:
    instance = everywhere.place.instance
    outside = own_addresses()[0]
    peers = []
    for station, address, server in (("5101", "127.0.0.1", "127.0.0.1"), ("5102", outside, outside)):
        everywhere.admit(station, f"login-{station}")
        peer = Peer(
            address, type(instance.sip)(server, instance.sip.port), station, login=f"login-{station}", password=PASSWORD
        )
        everywhere.peers.append(peer)
        assert peer.register().code == 200
        peers.append(peer)
    ann, bob = peers
    everywhere.router.plans["102"] = plan(ring(bob))
    call = ann.invite("102")
    called = bob.incoming()
    assert called.request.source == (outside, instance.sip.port)
    assert not [route for route in called.routes if "0.0.0.0" in route]
    connect(call, called)
    call.rtp.play_tone(440)
    called.rtp.play_tone(660)
    called.rtp.wait_tone(440)
    call.rtp.wait_tone(660)
    bob.answer_always("INFO")
    assert call.transact("INFO").code == 200
    ann.answer_always("BYE")
    assert called.bye().code == 200

    worker = everywhere.worker(1)
    everywhere.router.plans["300"] = plan(ring({"uri": f"sip:v@{worker.address}:{worker.port}", "w": 1}))
    call = ann.invite("300")
    called = worker.incoming()
    connect(call, called)
    worker.answer_always("BYE")
    assert call.bye().code == 200
    everywhere.router.rpc(control.publish_messages("5102", "switchroom", new=1, old=0))
    bob.answer_always("NOTIFY")
    assert bob.subscribe("message-summary", "5102").code in (200, 202)
    assert bob.expect(lambda m: m.method == "NOTIFY" and "1/0" in m.body, 5, "the lamp")


class WatchfulSwitch(Switch):
    """Asks after both sides of a call every 30 s (the shortest Kamailio allows) instead of every minute."""

    def start(self) -> None:
        instance = self.place.instance
        arguments = start.prepare(instance)
        start.write_private(instance.rendered / "kamailio.cfg", render(instance, own_addresses(), keepalive=30))
        self.place.start("switch", arguments)


def test_a_call_whose_phone_died_is_ended(tmp_path: object) -> None:
    with Place() as place:
        switch = WatchfulSwitch(place)
        try:
            ann, bob, carl, dora = (switch.phone() for _ in range(4))
            switch.router.plans["102"] = plan(ring(bob), call="dead")
            switch.router.plans["104"] = plan(ring(dora), call="alive")
            dead, alive = ann.invite("102"), carl.invite("104")
            connect(dead, bob.incoming())
            connect(alive, dora.incoming())
            bob.close()  # the power is gone
            end = switch.router.wait("dlg", seconds=75, e="end")
            assert (end["call"], end["by"]) == ("dead", "")
            dead.expect_bye()
            place.wait_for(lambda: not switch.relays(dead.call_id), 3, "the relay to let go of the call")
            assert switch.relays(alive.call_id)
            assert not switch.router.find("dlg", e="end", call="alive")
        finally:
            switch.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_can_run_switch_and_relay() -> None:
    with Place() as place:
        for folder in (place.folder, *place.folder.rglob("*")):
            os.chown(folder, 65534, 65534)
        lower = [f"--{k}=65534" for k in ("reuid", "regid")]
        for name, module in (("switch", "telephony.switch"), ("relay", "telephony.switch.relay")):
            place.start(name, ["setpriv", *lower, "--clear-groups", sys.executable, "-m", module])
        phone = Peer(place.phone_address(), place.instance.sip)
        place.wait_for(lambda: _answers(phone), 10, "the switch to answer OPTIONS")
        place.wait_for(lambda: place.processes["relay"].running, 1, "the relay to run")


def _answers(phone: Peer) -> bool:
    request = phone.request("OPTIONS", "sip:switchroom")
    phone.send(request)
    try:
        return phone.final(request, 0.3).code == 200
    except AssertionError:
        return False


def test_five_thousand_table_entries_sent_as_fast_as_evapi_bears_all_arrive(everywhere: Switch) -> None:
    """What the router does at its first connect in a very large office."""
    router = everywhere.router
    wanted = {f"login-{number}": f"{number:032x}" for number in range(5000)}
    answers = router.rpcs([control.set_entry("ha1", key, value) for key, value in wanted.items()])
    assert all("result" in answer for answer in answers)
    assert control.table_of(router.rpc(control.dump_table("ha1"))) == wanted
