"""Rights on single queues and attendants (S09-22, S09-23, S26-11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from portal.access import objects
from portal.access.links import Role
from portal.access.objects import Delegation
from portal.audit.models import AuditEntry
from portal.business.user_templates.models import UserTemplate
from portal.business.users import services
from portal.business.users.models import User
from portal.phone_system.auto_attendants.models import AutoAttendant
from portal.phone_system.call_queues.models import CallQueue
from portal.publish.change import By

pytestmark = pytest.mark.django_db
Make = Callable[..., User]
WANTED = Delegation(
    supervised_queues=frozenset({1, 9}), recording_queues=frozenset({0}), recording_attendants=frozenset({3})
)


def test_there_are_ten_queues_and_nine_attendants() -> None:
    assert [number for number, _ in objects.choices("supervised_queues")] == list(range(10))
    assert objects.choices("recording_attendants")[0] == (1, "Auto Attendant 1")
    assert len(objects.choices("recording_attendants")) == 9


def test_a_grant_is_a_real_object_permission(ann: User, bob: User, phone_admin: User) -> None:
    objects.delegate(ann, WANTED, by=By(actor=phone_admin))
    assert objects.delegation_of(ann) == WANTED
    assert ann.has_perm("phone_system.supervise_queue", CallQueue.objects.get(number=9))
    assert not ann.has_perm("phone_system.supervise_queue", CallQueue.objects.get(number=0))
    assert ann.has_perm("phone_system.manage_queue_recordings", CallQueue.objects.get(number=0))
    assert ann.has_perm("phone_system.manage_attendant_recordings", AutoAttendant.objects.get(number=3))
    assert not bob.has_perm("phone_system.supervise_queue", CallQueue.objects.get(number=9))


def test_it_reaches_one_object_and_nobody_else(ann: User, bob: User, by: By) -> None:
    objects.delegate(ann, WANTED, by=by)
    assert objects.may(ann, "supervised_queues", 1)
    assert not objects.may(ann, "supervised_queues", 2)
    assert not objects.may(ann, "recording_queues", 1)
    assert [item.number for item in objects.reachable(ann, "recording_attendants")] == [3]
    assert not objects.reachable(bob, "recording_attendants").exists()


def test_system_and_phone_administrators_manage_all_recordings(make_user: Make, phone_admin: User) -> None:
    system, network = make_user("sara", "120", role=Role.SYSTEM), make_user("nora", "121", role=Role.NETWORK)
    for user, count in ((system, 9), (phone_admin, 9), (network, 0)):
        assert objects.reachable(user, "recording_attendants").count() == count


def test_each_change_is_in_the_audit_trail_by_name(ann: User, by: By) -> None:
    objects.delegate(ann, WANTED, by=by)
    objects.delegate(ann, Delegation(supervised_queues=frozenset({1})), by=by)
    entries = AuditEntry.objects.filter(object_id=str(ann.pk), field="Call Queue Supervisor").order_by("id")
    assert [(entry.before, entry.after) for entry in entries] == [
        ("", "Call Queue 1, Call Queue 9"),
        ("Call Queue 1, Call Queue 9", "Call Queue 1"),
    ]
    assert objects.delegation_of(ann) == Delegation(supervised_queues=frozenset({1}))


def test_who_may_not_manage_queues_gives_nobody_rights_over_them(ann: User, make_user: Make, admin: User) -> None:
    network = make_user("nora", "121", role=Role.NETWORK)
    with pytest.raises(ValidationError, match="do not let you make anybody Call Queue Supervisor"):
        objects.delegate(ann, WANTED, by=By(actor=network))
    with pytest.raises(ValidationError, match="is not a phone user"):
        objects.delegate(admin, WANTED, by=By(actor=admin))
    with pytest.raises(ValidationError, match="There is no call queue 10"):
        objects.delegate(ann, Delegation(supervised_queues=frozenset({10})), by=By(actor=admin))
    assert objects.delegation_of(ann) == Delegation()


def test_a_phone_administrator_delegates_nothing_to_a_network_administrator(phone_admin: User, ann: User) -> None:
    ann.groups.add(Group.objects.get(name=Role.NETWORK.value))
    with pytest.raises(ValidationError, match="holds more than your roles do"):
        objects.delegate(ann, WANTED, by=By(actor=phone_admin))


# -- set on the page, by a template, by the API ------------------------------------------------------------------
def test_what_the_users_page_says_is_granted_and_taken_again(ann: User, phone_admin: User) -> None:
    chosen = {"supervised_queues": ("0", "9"), "recording_attendants": ("3",)}
    services.modify_user(ann, chosen, by=By(actor=phone_admin))
    assert objects.may(ann, "supervised_queues", 9)
    assert objects.may(ann, "recording_attendants", 3)
    services.modify_user(ann, {"supervised_queues": ("0",)}, by=By(actor=phone_admin))
    assert not objects.may(ann, "supervised_queues", 9)
    ann.refresh_from_db()
    assert objects.delegation_of(ann) == objects.delegation_on(ann)


def test_a_template_grants_too(ann: User, make_user: Make, by: By) -> None:
    template = UserTemplate.objects.get(is_default=True)
    template.pk, template.is_default, template.name, template.recording_queues = None, False, "Sales", ("4",)
    template.save()
    services.modify_user(ann, {}, by=by, template_id=template.pk, how="set")
    assert objects.may(ann, "recording_queues", 4)


def test_who_may_not_make_supervisors_is_told_at_the_field(ann: User, make_user: Make) -> None:
    system = make_user("sara", "120", role=Role.SYSTEM)
    network = make_user("nora", "121", role=Role.NETWORK)
    services.modify_user(ann, {"supervised_queues": ("1",)}, by=By(actor=system))
    with pytest.raises(ValidationError) as refused:
        services.modify_user(ann, {"supervised_queues": ("2",)}, by=By(actor=network))
    assert "supervised_queues" in refused.value.message_dict
    ann.refresh_from_db()
    assert ann.supervised_queues == ("1",)
