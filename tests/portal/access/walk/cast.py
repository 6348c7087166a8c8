"""Who walks: the fixed cast, and the office they walk through. Rows are made at once, past the publishing door and
without passwords: what counts here is who may do what to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import Group
from django.test import Client

from portal.access.links import Role
from portal.access.models import CustomRole
from portal.business.user_templates.apply import values_of
from portal.business.user_templates.models import UserTemplate
from portal.business.users.models import User
from portal.live.models import CallRecord
from portal.phone_system.extensions.models import CallRoute, Extension
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.outside_lines.models import OutsideLine
from telephony.messages.snapshot import Presence

STRANGER = "a stranger"
EVERYTHING = ("server administrator", "system administrator")  # no column in the table: all yes (S02-19)
COLUMNS = {"phone administrator": "phone", "network administrator": "network", "technician": "support"}
PLAIN = ("ann", "bob")
CAST = (*EVERYTHING, *COLUMNS, *PLAIN, STRANGER)
ROLES = {
    "system administrator": Role.SYSTEM,
    "phone administrator": Role.PHONE,
    "network administrator": Role.NETWORK,
    "technician": Role.SUPPORT,
}


@dataclass(frozen=True)
class Office:
    people: dict[str, User]
    victim: User  # a plain user that things are done to
    line: CallAppearance
    proxy: OutsideLine
    record: CallRecord
    custom: CustomRole

    def client(self, member: str) -> Client:
        client = Client()
        if member != STRANGER:
            client.force_login(self.people[member], backend="portal.access.backend.UsernameBackend")
        return client

    def role(self, role: Role) -> Group:
        return Group.objects.get(name=role.value)


def furnish() -> Office:
    people = {"server administrator": User.objects.get(is_server_administrator=True)}
    User.objects.filter(pk=people["server administrator"].pk).update(
        require_password_change=False, has_default_password=False
    )
    for number, member in enumerate((*ROLES, *PLAIN, "victim"), 101):
        user = _user(member.replace(" ", "."), member.title(), str(number))
        if member in ROLES:
            user.groups.add(Group.objects.get(name=ROLES[member].value))
        people[member] = user
    people["server administrator"].refresh_from_db()
    victim = people.pop("victim")
    handset = Handset.objects.create(description="Victim's phone")
    line = CallAppearance.objects.create(
        handset=handset, station="5111", login_id="victim-sip", password="sip secret", owner=victim
    )
    proxy = OutsideLine.objects.create(description="Provider", host="127.0.0.9")
    now = datetime.now(UTC)
    record = CallRecord.objects.create(
        call_id="walk", from_number="101", to_number="102", started=now, ended=now, outcome="answered", mode="switched"
    )
    group = Group.objects.create(name="Reception")
    custom = CustomRole.objects.create(group=group, name="Reception", links="home.about")
    return Office(people, victim, line, proxy, record, custom)


def _user(username: str, name: str, number: str) -> User:
    user = User.objects.create(
        username=username, last_name=name, password="!", require_password_change=False, require_pin_change=False
    )
    user.template = UserTemplate.objects.get(is_default=True)
    user.template_values = values_of(user.template)
    user.save()
    extension = Extension.objects.create(number=number, user=user)
    for presence in Presence:
        CallRoute.objects.create(extension=extension, presence=presence.value, finally_value=number)
    return user
