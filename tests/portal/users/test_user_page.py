"""Business > Users, every field: what is saved, checked, licensed, shown and taken along (S09-30..S09-36)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.test import Client

from portal.access.links import Role
from portal.access.lockout import PER_ACCOUNT_AND_SOURCE, is_locked
from portal.audit.models import AuditEntry
from portal.business.users import leaving, services
from portal.business.users.models import User
from portal.phone_system.extensions.models import CallRoute, Destination
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.handsets.services import NewHandset, add_generic_handset
from portal.publish.change import By
from portal.publish.snapshot import collect
from telephony import mailbox
from telephony.messages.snapshot import DestinationKind, Presence
from tests.conftest import PASSWORD
from tests.portal.user_templates.test_set_and_merge import opened

AsUser = Callable[[User], Client]


def message(user: User) -> None:
    voicemail = mailbox.Voicemail(
        user_id=user.pk, user_name=user.label, extension="101", from_number="102", from_name="Bob",
        received=datetime.now(UTC), seconds=2,
    )  # fmt: skip
    mailbox.deliver(django_settings.INSTANCE.mail, voicemail, audio=b"RIFF----WAVE")


def test_every_personal_field_is_saved_from_the_page(ann: User, admin: User, as_user: AsUser, by: By) -> None:
    phone, _ = add_generic_handset(NewHandset(description="Gate", login_id="gate", password="secret"), by=by)
    line = CallAppearance.objects.get(handset=phone)
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    sent = opened(client, path) | {
        "phone": line.pk, "primary_phone": line.pk, "no_message_in": ["busy", "away"],
        "roles": [str(Group.objects.get(name=Role.PHONE.value).pk)],
        "notification_mode": "escalation", "level1_to": "ann@example.com", "level3_to": "bosses", "level3_retries": "2",
        "level3_go_on": "on", "smtp_server": "mail.example", "smtp_username": "ann", "smtp_password": "smtp secret",
        "vpn_access": "on", "vpn_password": "tunnel", "confirm_vpn_password": "tunnel",
        "pop3_server": "pop.example", "pop3_username": "ann", "pop3_password": "pop secret",
    }  # fmt: skip
    answer = client.post(path, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    ann = User.objects.get(pk=ann.pk)
    assert (ann.primary_phone, ann.no_message_in, ann.notification_mode) == (line, ("away", "busy"), "escalation")
    assert [level["to"] for level in ann.notification_levels] == ["ann@example.com", "", "bosses"]
    assert ann.notification_levels[2] == {"to": "bosses", "minutes": 10, "retries": 2, "go_on": True}
    assert (ann.smtp_password, ann.vpn_password, ann.pop3_password) == ("smtp secret", "tunnel", "pop secret")
    assert [group.name for group in ann.groups.all()] == [Role.PHONE.value]
    line.refresh_from_db()
    assert line.owner == ann
    [entry] = [entry for entry in collect().snapshot.users if entry.user_id == ann.pk]
    assert entry.mailbox.no_message_in == (Presence.AWAY, Presence.BUSY)
    assert entry.primary_station == line.station
    trail = " ".join(AuditEntry.objects.values_list("after", flat=True))
    assert "secret" not in trail
    assert "tunnel" not in trail

    page = client.get(path)
    assert b"smtp secret" not in page.content
    again = opened(client, path)
    assert client.post(path, again).status_code == 302
    ann.refresh_from_db()
    assert (ann.smtp_password, ann.vpn_password) == ("smtp secret", "tunnel")  # empty means keep


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"notification_mode": "notification"}, "notification_mode"),
        ({"notification_levels": [{"to": "two words"}]}, "notification_levels"),
        ({"notification_levels": [{"to": "x", "minutes": 0}]}, "notification_levels"),
        ({"notification_levels": [{}] * 6}, "notification_levels"),
        ({"smtp_username": "ann"}, "smtp_server"),
        ({"smtp_server": "not a host"}, "smtp_server"),
        ({"smtp_port": 70000}, "smtp_port"),
        ({"caller_id_number": "call me"}, "caller_id_number"),
        ({"supervised_queues": ["10"]}, "supervised_queues"),
        ({"no_message_in": ["asleep"]}, "no_message_in"),
        ({"max_voicemails": 0}, "max_voicemails"),
        ({"active_calls_display": "loud"}, "active_calls_display"),
        ({"first_name": "x" * 10_000}, "first_name"),
        ({"first_name": "two\nlines"}, "first_name"),
        ({"operator_extension": "999"}, "operator_extension"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    values: dict[str, Any], field: str, ann: User, by: By
) -> None:
    before = User.objects.filter(pk=ann.pk).values().get()
    with pytest.raises(ValidationError) as error:
        services.modify_user(ann, values, by=by)
    assert list(error.value.message_dict) == [field]
    assert User.objects.filter(pk=ann.pk).values().get() == before


@pytest.mark.parametrize("name", ["مرحبا بك", "Zoë 🙂", "李小龍", "O'Brien-Łuk"])
def test_a_name_may_be_in_any_script(name: str, ann: User, by: By, admin: User, as_user: AsUser) -> None:
    services.modify_user(ann, {"first_name": name}, by=by)
    assert name in as_user(admin).get("/business/users/").content.decode().replace("&#x27;", "'")


def test_keys_are_asked_for_what_is_switched_on_now_and_what_was_on_stays(
    ann: User, bob: User, by: By, settings: Any
) -> None:
    services.modify_user(ann, {"vpn_access": True, "create_conferences": True}, by=by)
    settings.LICENCE_POLICY = "enforced"
    services.modify_user(ann, {"first_name": "Anne"}, by=by)
    for values, sentence in (
        ({"vpn_access": True}, r"Anne Example has it\. The Virtual Private Network"),
        ({"create_conferences": True}, "Conference Center feature key"),
        ({"default_language": "secondary"}, "Dual Language Support feature key"),
    ):
        with pytest.raises(ValidationError, match=sentence):
            services.modify_user(bob, values, by=by)


def test_deleting_a_user_takes_everything_along_that_was_listed(
    ann: User, bob: User, admin: User, by: By, as_user: AsUser, django_capture_on_commit_callbacks: Any
) -> None:
    ring = Destination.objects.get(attempt__route__extension__user=bob, attempt__route__presence="busy")
    ring.kind, ring.value = DestinationKind.EXTENSION.value, "101"
    ring.save()
    CallRoute.objects.filter(extension__user=bob, presence="away").update(finally_value="101")
    services.modify_user(bob, {"operator_extension": "101"}, by=by)
    message(ann)
    folder = leaving.recordings_folder(ann.pk)
    folder.mkdir(parents=True)
    (folder / "one.wav").write_bytes(b"x")

    client = as_user(admin)
    page = client.get(f"/business/users/{ann.pk}/delete/").content.decode()
    for text in ("Extension 101 and its call routes", "Extension 102 (Busy) rings it", "1 voicemail message",
                 "1 call recording"):  # fmt: skip
        assert text in page
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/business/users/{ann.pk}/delete/", {"row_version": ann.row_version}).status_code == 302
    assert not Path(django_settings.INSTANCE.mail / str(ann.pk)).exists()
    assert not folder.exists()
    assert not Destination.objects.filter(value="101").exists()
    away = CallRoute.objects.get(extension__user=bob, presence="away")
    assert (away.finally_kind, away.finally_value) == ("voicemail", "102")
    assert User.objects.get(pk=bob.pk).operator_extension == ""


def test_messages_are_deleted_after_asking_and_written_down(ann: User, admin: User, as_user: AsUser) -> None:
    message(ann)
    client, path = as_user(admin), f"/business/users/{ann.pk}/delete-messages/"
    assert "1 voicemail messages are there" in client.get(path).content.decode()
    assert mailbox.counts(django_settings.INSTANCE.mail, ann.pk).total == 1
    assert client.post(path).status_code == 302
    assert mailbox.counts(django_settings.INSTANCE.mail, ann.pk).total == 0
    assert AuditEntry.objects.filter(field="voicemail", before="1 messages", after="deleted").exists()


def test_a_phone_administrator_touches_and_promotes_nobody_higher(
    phone_admin: User, ann: User, make_user: Callable[..., User], as_user: AsUser
) -> None:
    higher = make_user("syd", "130", role=Role.SYSTEM)
    client = as_user(phone_admin)
    form = client.get(f"/business/users/{ann.pk}/").context["form"]
    assert [name for _, name in form.fields["roles"].choices] == [Role.PHONE.value]
    system = str(Group.objects.get(name=Role.SYSTEM.value).pk)
    answer = client.post(
        f"/business/users/{ann.pk}/", opened(client, f"/business/users/{ann.pk}/") | {"roles": [system]}
    )
    assert answer.status_code == 422
    assert not ann.groups.exists()
    for path in ("delete-messages", "delete-recordings"):
        assert client.post(f"/business/users/{higher.pk}/{path}/").status_code == 409
    sent = opened(client, f"/business/users/{higher.pk}/") | {"first_name": "Lower"}
    assert client.post(f"/business/users/{higher.pk}/", sent).status_code == 422
    assert User.objects.get(pk=higher.pk).first_name == "Syd"


def test_an_administrator_unlocks_who_is_locked_out(ann: User, admin: User, as_user: AsUser, client: Client) -> None:
    for _ in range(PER_ACCOUNT_AND_SOURCE):
        client.post("/login/", {"username": "ann", "password": "wrong"})
    admins = as_user(admin)
    [row] = admins.get("/business/users/?q=ann").context["table"].rows
    assert "locked out" in str(row.cells)
    assert is_locked("ann")
    assert admins.post(f"/business/users/{ann.pk}/unlock/").status_code == 200
    assert client.post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 302


def test_the_usual_address_of_an_administrator_is_slowed_down_not_locked_out(admin: User, client: Client) -> None:
    from django.utils import timezone

    from portal.access.lockout import ADMINISTRATOR_PAUSE
    from portal.access.models import LoginAttempt

    right = {"username": "admin", "password": PASSWORD}
    assert client.post("/login/", right).status_code == 302
    for _ in range(PER_ACCOUNT_AND_SOURCE):
        Client().post("/login/", {"username": "admin", "password": "wrong"})
    assert Client().post("/login/", right).status_code == 429  # at once: too fast
    LoginAttempt.objects.update(at=timezone.now() - ADMINISTRATOR_PAUSE)
    assert Client().post("/login/", right).status_code == 302


def test_the_template_column_comes_and_goes_and_filters(
    ann: User, bob: User, admin: User, as_user: AsUser, by: By
) -> None:
    services.modify_user(ann, {"max_voicemails": 5}, by=by)
    client = as_user(admin)
    assert "System User (Default) !" in client.get("/business/users/").content.decode()
    client.get("/business/users/?templates=hide")
    assert "System User (Default) !" not in client.get("/business/users/").content.decode()
    shown = client.get(f"/business/users/?templates=show&template={ann.template_id}").context["table"]
    assert shown.found == 2


def test_bulk_edit_is_one_change_of_what_was_ticked(ann: User, bob: User, admin: User, as_user: AsUser) -> None:
    client = as_user(admin)
    assert client.get("/business/users/bulk-edit/").status_code == 200
    sent = {"users": [ann.pk, bob.pk], "change_max_voicemails": "on", "max_voicemails": "9", "inbox_megabytes": "1"}
    assert client.post("/business/users/bulk-edit/", sent).status_code == 302
    for user in (ann, bob):
        user.refresh_from_db()
        assert (user.max_voicemails, user.inbox_megabytes, user.overrides) == (9, 100, {"max_voicemails"})
    whys = set(AuditEntry.objects.filter(field="max_voicemails", action="modify").values_list("why", flat=True))
    assert whys == {"Bulk edit of 2 users"}
    for wrong in ({"users": []}, {"users": [ann.pk]}, {**sent, "max_voicemails": "0"}):
        assert client.post("/business/users/bulk-edit/", wrong).status_code == 422


def test_the_welcome_page_tells_how_to_begin(ann: User, admin: User, as_user: AsUser) -> None:
    page = as_user(admin).get(f"/business/users/{ann.pk}/welcome/").content.decode()
    assert "Feature Eligibility" in page
    assert "Allworx%20Reach%20Mobile%20Client%20Installation%20Information" in page
