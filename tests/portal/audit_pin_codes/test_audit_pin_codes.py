"""Audit PIN codes (S14-34..S14-40): what may be stored, what the engines are told, and who may change what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.audit.models import AuditEntry
from portal.business.users.models import User
from portal.phone_system.audit_pin_codes import export, services
from portal.phone_system.audit_pin_codes.models import AuditPinCode
from portal.phone_system.service_groups.models import ServiceGroup
from portal.publish.change import By

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Client]
PATH = "/phone-system/audit-pin-codes/"
SALES = {"pin": "77777", "description": "Sales"}


def refused(error: pytest.ExceptionInfo[ValidationError], field: str) -> str:
    return " ".join(error.value.message_dict[field])


@pytest.mark.parametrize("pin", ["7777", "777777", "7777a", "", "７７７７７"])
def test_a_code_has_exactly_the_digits_of_the_rule(by: By, pin: str) -> None:
    with pytest.raises(ValidationError) as error:
        services.add_code({**SALES, "pin": pin}, by=by)
    assert refused(error, "pin") == "A code has exactly 5 digits, as the dialing rule says."
    assert not AuditPinCode.objects.exists()


def test_a_code_is_given_once_and_must_say_whose_it_is(by: By) -> None:
    services.add_code(SALES, by=by)
    with pytest.raises(ValidationError) as error:
        services.add_code({"pin": "77777", "description": " "}, by=by)
    assert "in use already" in refused(error, "pin")
    assert "Say whose code" in refused(error, "description")


def test_the_length_cannot_change_while_codes_are_stored(by: By) -> None:
    """S14-40."""
    row, _ = services.add_code(SALES, by=by)
    with pytest.raises(ValidationError) as error:
        services.set_dialing_rule(6, None, by=by)
    assert refused(error, "length") == "1 code is stored with 5 digits. Delete them to change the length."
    group = ServiceGroup.objects.first()
    services.set_dialing_rule(5, group, by=by)  # the group may
    assert export.audit_pins().group == (group.pk if group else None)
    services.delete_code(row, by=by)
    services.set_dialing_rule(6, None, by=by)
    assert export.audit_pins().length == 6


@pytest.mark.parametrize("length", [0, 16])
def test_a_length_nobody_can_dial_is_refused(by: By, length: int) -> None:
    with pytest.raises(ValidationError):
        services.set_dialing_rule(length, None, by=by)


def test_the_engines_are_told_digests_and_nothing_is_written_in_clear(by: By) -> None:
    services.add_code(SALES, by=by)
    (told,) = export.codes()
    assert (told.digest, told.description) == (export.digest_of("77777"), "Sales")
    services.set_verification(False, by=by)
    assert export.audit_pins().verify is False
    assert not [entry for entry in AuditEntry.objects.all() if "77777" in f"{entry.before}{entry.after}"]


def test_modifying_without_a_pin_keeps_it(by: By) -> None:
    row, _ = services.add_code(SALES, by=by)
    services.modify_code(row, {"pin": "", "description": "Sales, Berlin"}, by=by)
    row.refresh_from_db()
    assert (row.description, row.digest) == ("Sales, Berlin", export.digest_of("77777"))


def test_the_page_never_shows_a_code(admin: User, as_user: AsUser, by: By) -> None:
    client = as_user(admin)
    assert "No audit PIN codes yet" in client.get(PATH).content.decode()
    assert client.post(f"{PATH}add/", SALES).status_code == 302
    row = AuditPinCode.objects.get()
    for path in (PATH, f"{PATH}{row.pk}/", f"/api/v1/audit-pin-codes/{row.pk}/"):
        html = client.get(path).content.decode()
        assert "Sales" in html
        assert "77777" not in html


def test_what_is_wrong_is_said_at_the_field(admin: User, as_user: AsUser) -> None:
    answer = as_user(admin).post(f"{PATH}add/", {**SALES, "pin": "123"})
    assert answer.status_code == 422
    assert "A code has exactly 5 digits" in answer.content.decode()


def test_a_phone_administrator_does_not_change_the_dialing_rule(phone_admin: User, as_user: AsUser) -> None:
    client = as_user(phone_admin)
    assert client.get(f"{PATH}dialing-rule/").status_code == 403
    assert f'href="{PATH}dialing-rule/"' not in client.get(PATH).content.decode()
