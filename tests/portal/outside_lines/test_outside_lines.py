"""Outside lines: what may be entered, and what the engines are told (13.3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.phone_system.outside_lines import services
from portal.phone_system.outside_lines.export import anonymous_destination, outside_lines
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import By

pytestmark = pytest.mark.django_db(transaction=True)
BY = By()
PROXY = {"description": "Provider", "host": "sip.provider.example"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"description": " "}, "description", id="S13-22 no description"),
        pytest.param({"host": "sip:provider"}, "host", id="S13-24 a URI"),
        pytest.param({"host": "300.1.1.1"}, "host", id="S13-24 no address"),
        pytest.param({"outbound_proxy": "proxy:99999"}, "outbound_proxy", id="S13-25 port"),
        pytest.param({"registers": True}, "login_id", id="S13-57 registration without login"),
        pytest.param({"login_id": "a b"}, "login_id", id="S13-26 a space"),
        pytest.param({"user_id": "a@b"}, "user_id", id="S13-23 an address"),
        pytest.param({"caller_id": "12a"}, "caller_id", id="S13-28 letters"),
        pytest.param({"caller_id_name": "a\nb"}, "caller_id_name", id="S13-27 a line break"),
        pytest.param({"digits_sent": 25}, "digits_sent", id="S13-33 25 digits"),
        pytest.param({"route": "voicemail"}, "destination", id="S13-97 voicemail of nobody"),
    ],
)
def test_a_wrong_setting_is_told_at_its_field_and_nothing_is_saved(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        services.add_outside_line({**PROXY, **values}, by=BY)
    assert set(caught.value.message_dict) == {field}
    assert not OutsideLine.objects.exists()


def test_a_gateway_has_an_address_not_a_name() -> None:
    """S13-56."""
    gateway = OutsideLine.Kind.SIP_GATEWAY
    with pytest.raises(ValidationError, match="IPv4"):
        services.add_outside_line({"description": "Box", "host": "gw.example.com"}, by=BY, kind=gateway)
    line, _ = services.add_outside_line({"description": "Box", "host": "192.168.2.50"}, by=BY, kind=gateway)
    assert outside_lines()[0].kind == line.kind == "sip_gateway"


def test_the_engines_are_told_the_settings() -> None:
    values = {
        **PROXY, "outbound_proxy": "10.0.0.9", "registrar": "reg.example:5070", "e164": True, "identity": True,
        "diversion": "always", "codecs": "g711", "route": "attendant", "attendant": 1,
    }  # fmt: skip
    services.add_outside_line(values, by=BY)
    line = outside_lines()[0]
    assert (line.target, line.outbound_proxy) == ("sip:sip.provider.example:5060", "sip:10.0.0.9:5060")
    assert (line.registrar, line.destination, line.voicemail) == ("sip:reg.example:5070", "431", "")
    assert (line.e164, line.identity, line.diversion, line.codecs) == (True, True, "always", "g711")
    assert line.early_media is False


def test_anonymous_callers_are_sent_to_an_extension_or_nowhere_special() -> None:
    services.send_anonymous_calls("103", by=BY)
    assert anonymous_destination() == "103"
    services.send_anonymous_calls("", by=BY)
    assert anonymous_destination() == ""
    with pytest.raises(ValidationError):
        services.send_anonymous_calls("lobby", by=BY)
