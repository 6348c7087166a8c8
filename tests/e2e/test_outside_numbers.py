"""Numbers that matter outside: DID in, help out, and who is told of it (A-065, A-066, A-070, A-071, S22-T01, S23)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Peers
from tests.harness.carrier import Carrier
from tests.harness.house import House, Person
from tests.harness.smtp import SmtpServer

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def carrier(house: House) -> Iterator[Carrier]:
    with Carrier(house.phone_address(), house.instance.sip) as made:
        yield made


@pytest.fixture(scope="module")
def line(house: House, carrier: Carrier) -> int:
    values = {"description": "Trunk", "host": carrier.address, "port": carrier.port, "caller_id": "5854210000"}
    made = house.api("POST", "outside-lines/", {**values, "emergency": True})
    house.in_force()
    return int(made["id"])


def test_a_called_number_rings_its_extension_and_shows_its_name(
    house: House, line: int, carrier: Carrier, ann: Person, bob: Person, peer: Peers
) -> None:
    block = house.api("POST", "did-blocks/", {"first": "585-421-3800", "count": 100, "lines": [line]})
    numbers = [{"number": "5854213850", "extension": ann.extension, "dnis": "Support"}]
    plan = {"default_extension": bob.extension, "numbers": numbers}
    house.api("PATCH", f"did-routing-plans/{block['plan']}/", plan)
    house.in_force()
    anns, bobs = peer(ann), peer(bob)

    call = carrier.call("15854213850", caller="5850777", name="Zoe Zimmer")
    ringing = anns.incoming()
    assert ringing.request.get("From").startswith('"Support: Zoe Zimmer" <sip:5850777@')
    assert ringing.request.get("P-Called-Party-ID").startswith('"Support" <sip:15854213850@')
    ringing.answer()
    ringing.expect_ack()
    call.expect(200)
    call.ack()
    call.rtp.play_tone(500)
    ringing.rtp.wait_tone(500)
    call.bye()
    ringing.expect_bye()

    # an unassigned number, told by To as a carrier does to a line that registered
    call = carrier.call(f"line{line}", to="+15854213851", caller="5850778", name="Yves")
    ringing = bobs.incoming()
    assert ringing.request.get("From").startswith('"5854213851: Yves" <sip:5850778@')
    ringing.reply(486)
    call.expect(200, seconds=6)  # the voicemail of the default extension
    call.ack()
    call.bye()


def test_help_is_called_with_the_handsets_caller_id_and_everybody_is_told_after_it_was_placed(
    house: House, line: int, carrier: Carrier, ann: Person, bob: Person, peer: Peers
) -> None:
    shown = f"5854215{ann.extension}"
    place = {"number": shown, "location": "North wing", "first_line": line, "handsets": [ann.station]}
    house.api("POST", "emergency-caller-ids/", place)
    with SmtpServer(house.phone_address()) as server, house.socket("emergency/") as banner:
        account = {"host": server.address, "port": server.port, "encryption": "none", "sender": "phones@example.com"}
        house.api("PATCH", "mail-account/", account)
        house.api("PATCH", "emergency/", {"notify": True, "recipients": ["safety@example.com"]})
        house.in_force()
        banner.next(10)  # what is there already
        proof = house.api("POST", "emergency-proofs/")
        row = next(one for one in proof["rows"] if one["station"] == ann.station and one["dialled"] == "9911")

        call = peer(ann).invite("9911", rtp=False)
        far = carrier.take()
        assert server.inbox.empty(), "told before the call was placed"
        assert far.request.uri.startswith("sip:911@")
        assert f"<sip:{shown}@" in far.request.get("From")
        assert (row["lines"], row["caller_id"], row["location"]) == (["Trunk"], shown, "North wing")
        told = server.wait()  # while it still rings: nobody waits for an answer
        far.answer()
        call.expect(200)
        call.ack()
        assert told.to == ("safety@example.com",)
        assert told.message["Subject"] == f"Emergency call: {ann.name} dialled 911"
        assert f"station {ann.station}" in told.text
        assert "Location: North wing." in told.text
        while (alert := banner.next(10)["alert"]) is None:
            pass  # the proof that it is this call's follows
        assert (alert["who"], alert["station"], alert["number"]) == (ann.name, ann.station, "911")
        call.bye()
        far.expect_bye()
        house.api("PATCH", "emergency/", {"notify": False})

    call = peer(bob).invite("911", rtp=False)  # has no caller ID of its own
    far = carrier.take()
    assert "<sip:5854210000@" in far.request.get("From")
    far.answer()
    call.expect(200)
    call.ack()
    call.bye()
    far.expect_bye()
