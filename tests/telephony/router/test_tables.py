"""What the switch is given for the time without us."""

from __future__ import annotations

import json

from telephony.messages.snapshot import Emergency
from telephony.router.tables import NAMES, desired
from tests.telephony.router.office import (
    ANNS,
    BOBS,
    BOBS_SECOND,
    EMERGENCY_LINE,
    LINE,
    LOBBY,
    attempt,
    credentials,
    extension,
    index,
    phone,
    route,
)


def test_every_table_of_the_contract_is_filled() -> None:
    tables = desired(index(lines=[LINE, EMERGENCY_LINE]), credentials())
    assert set(tables) == set(NAMES)
    assert tables["uid"] == {"ann": ANNS, "bob": BOBS, "bob2": BOBS_SECOND, "lobby": LOBBY}
    assert len(tables["ha1"]["ann"]) == 32
    assert tables["ext"] == {"101": ANNS, "102": f"{BOBS},{BOBS_SECOND}", "200": LOBBY}
    assert tables["cid"][ANNS] == "Ann Archer|101"
    assert tables["cid"][LOBBY] == "Desk 5119|5119"
    assert tables["lineip"] == {"10.9.9.9": "8"}


def test_emergency_numbers_lead_to_the_lines_with_and_without_the_access_digit() -> None:
    tables = desired(index(lines=[LINE, EMERGENCY_LINE]), credentials())
    assert set(tables["emerg"]) == {"911", "9911"}
    assert tables["emerg"]["911"] == tables["emerg"]["9911"]
    (step,) = json.loads(tables["emerg"]["911"])["s"]
    assert (step["t"], step["line"], step["fu"]) == ([{"uri": "sip:911@10.9.9.9:5060"}], 8, "5854213850")
    assert tables["ecid"] == {ANNS: "5854215555"}
    careful = index(lines=[EMERGENCY_LINE], emergency=Emergency(direct_dial=False))
    assert set(desired(careful, credentials())["emerg"]) == {"9911"}
    assert desired(index(lines=[LINE]), credentials())["emerg"] == {}


def test_a_line_with_a_login_brings_its_password_and_one_without_brings_none() -> None:
    known = LINE.model_copy(update={"username": "office"})
    tables = desired(index(lines=[known, EMERGENCY_LINE]), credentials(lines={7: "secret", 8: "unused"}))
    assert tables["lineauth"] == {"7": "office|secret"}


def test_a_line_named_by_a_host_name_has_no_source_address_here() -> None:
    named = LINE.model_copy(update={"target": "sip:carrier.example:5060"})
    v6 = LINE.model_copy(update={"line_id": 9, "target": "sip:[2001:db8::1]:5060"})
    assert desired(index(lines=[named]), credentials())["lineip"] == {}
    assert desired(index(lines=[v6]), credentials())["lineip"] == {"2001:db8::1": "9"}


def test_a_system_extension_is_reached_at_the_phones_of_its_first_attempt() -> None:
    office = index(
        extensions=[extension("200", None, route(attempt(phone(LOBBY), phone("5999")), attempt(phone(BOBS))))]
    )
    assert desired(office, credentials())["ext"]["200"] == LOBBY
