"""Phones register by login ID and password; guessing is counted, banned and forgiven."""

from __future__ import annotations

import time

import pytest

from telephony.switch import control
from tests.telephony.switch.conftest import Switch, plan, ring

pytestmark = pytest.mark.telephony


def test_a_login_id_different_from_the_user_id_registers(switch: Switch) -> None:
    phone = switch.phone()
    event = switch.router.wait("reg", aor=phone.user)
    assert (event["op"], event["n"], event["contact"]) == (1, 1, phone.contact)
    assert event["src"] == f"{phone.address}:{phone.port}"
    assert 250 < event["exp"] - time.time() <= 301
    found = control.contacts_of(switch.router.rpc(control.lookup_registration(phone.user)))
    assert [contact.uri for contact in found] == [phone.contact]
    assert phone.user in control.registrations_of(switch.router.rpc(control.dump_registrations()))


def test_any_host_part_is_accepted(switch: Switch) -> None:
    switch.admit("5801", "login-5801")
    phone = switch.stranger("5801", login="login-5801")
    phone.realm = "some.other.name"
    assert phone.register().code == 200
    assert switch.router.wait("reg", aor="5801")["n"] == 1


def test_a_phone_that_leaves_is_removed(switch: Switch) -> None:
    phone = switch.phone()
    assert phone.register(expires=0).code == 200
    event = switch.router.wait("reg", aor=phone.user, op=3)
    assert (event["n"], event["exp"]) == (0, 0)
    assert control.contacts_of(switch.router.rpc(control.lookup_registration(phone.user))) == ()


def test_a_contact_that_runs_out_is_told(switch: Switch) -> None:
    phone = switch.phone()
    switch.router.rpc(
        {
            "method": "ul.add",
            "params": ["location", "5802", f"sip:5802@{phone.address}:5070", 2, 1.0, ".", 0, 0, 4294967295],
        }
    )
    assert switch.router.wait("regexp", seconds=12, aor="5802")["n"] == 0


def test_a_wrong_password_is_refused_and_told(switch: Switch) -> None:
    switch.admit("5803", "login-5803")
    phone = switch.stranger("5803", login="login-5803", password="wrong")
    assert phone.register().code == 401
    event = switch.router.wait("auth", u="login-5803")
    assert (event["src"], event["m"], event["rc"]) == (phone.address, "REGISTER", -2)
    assert not switch.router.find("reg", aor="5803")


def test_an_unknown_login_is_refused_like_a_wrong_password(switch: Switch) -> None:
    phone = switch.stranger("5804", login="nobody")
    assert phone.register().code == 401
    assert switch.router.wait("auth", u="nobody")["rc"] == -3


def test_nobody_registers_as_somebody_else(switch: Switch) -> None:
    switch.admit("5805", "login-5805")
    phone = switch.stranger("5101", login="login-5805")
    assert phone.register().code == 403
    assert switch.router.wait("auth", u="login-5805")["rc"] == -8


def test_twenty_failures_ban_the_source_until_it_is_lifted(switch: Switch) -> None:
    switch.admit("5806", "login-5806")
    phone = switch.stranger("5806", login="login-5806", password="guess")
    answers = [phone.register().code for _ in range(19)]
    assert set(answers) == {401}
    assert not switch.router.find("ban")
    with pytest.raises(AssertionError):
        phone.register()  # the twentieth: silence
    ban = switch.router.wait("ban", src=phone.address)
    assert ban["why"] == "authentication"
    assert 280 < ban["until"] - time.time() <= 301
    assert phone.address in control.table_of(switch.router.rpc(control.dump_table("ban")))

    for command in control.lift_ban(phone.address):
        switch.router.rpc(command)
    assert phone.register().code == 401  # answered again, and one more failure does not ban again
    phone.password = "correct horse"
    assert phone.register().code == 200


def test_a_banned_source_with_a_registered_phone_still_reaches_emergency(switch: Switch) -> None:
    phone = switch.phone()
    rescue = switch.phone()
    switch.router.rpc(control.set_entry("emerg", "911", f"sip:911@{rescue.address}:{rescue.port}"))
    switch.router.rpc(control.set_entry("ban", phone.address, "authentication"))
    switch.router.plans["911"] = plan(ring({"uri": f"sip:911@{rescue.address}:{rescue.port}"}))
    with pytest.raises(AssertionError):
        phone.register()
    call = phone.invite("911")
    called = rescue.incoming()
    called.reply(200, called.offer())
    call.expect(200)
    call.ack()
    assert rescue.expect("ACK")
    for command in control.lift_ban(phone.address):
        switch.router.rpc(command)


def test_a_scanner_hears_nothing_and_is_banned(switch: Switch) -> None:
    scanner = switch.stranger("100")
    request = scanner.request("OPTIONS", "sip:100@switchroom")
    request.put("User-Agent", "Friendly-Scanner")
    scanner.send(request)
    assert switch.router.wait("ban", src=scanner.address)["why"] == "scanner"
    assert not scanner.seen


def test_a_flood_from_an_unknown_source_is_banned_and_one_from_a_registered_phone_is_not(switch: Switch) -> None:
    stranger, phone = switch.stranger("101"), switch.phone()
    for _ in range(300):
        stranger.send(stranger.request("OPTIONS", "sip:101@switchroom"))
        phone.send(phone.request("OPTIONS", "sip:101@switchroom"))
    assert switch.router.wait("ban", src=stranger.address)["why"] == "flood"
    assert not switch.router.find("ban", src=phone.address)
    assert phone.register().code == 200


def test_while_the_tables_are_being_filled_nobody_is_refused(switch: Switch) -> None:
    switch.router.rpc(control.delete_entry("state", "ready"))
    phone = switch.stranger("5807", login="login-5807")
    request = phone.request("REGISTER", "sip:switchroom", to="<sip:5807@switchroom>")
    phone.send(request)
    challenge = phone.final(request)
    again = phone.authorized(request, challenge)
    phone.send(again)
    with pytest.raises(AssertionError):
        phone.final(again, 0.5)
    assert not switch.router.find("auth")
    switch.admit("5807", "login-5807")
    phone.send(again)  # what a phone does by itself
    assert phone.final(again).code == 200
