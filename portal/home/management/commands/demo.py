"""`make demo`: a sample office of twelve users with phones, so that every page has something to show.

Runs any number of times: who is there already stays as he is. Secrets of new users are random and printed once;
`<var>/demo-phones.json` (0600) holds what `make demo-phones` registers with.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portal.business.users.models import User
from portal.business.users.services import NewUser, add_user
from portal.home import demo_office as office
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.handsets.services import NewHandset, add_generic_handset
from portal.publish.change import By
from telephony import mailbox, tasks

BY = By(via="shell")
PHONES = "demo-phones.json"
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty", "knoll", "larch")


def new_password() -> str:
    """Readable on a screen, typed once: about 34 bits, for a system without outside lines."""
    return f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(900_000) + 100_000}"


class Command(BaseCommand):
    help = "Create the sample office: 12 users, 12 generic SIP handsets, some voicemails."

    def handle(self, *args: Any, **options: Any) -> None:
        hired: list[tuple[office.Employee, str, str]] = []
        problems: list[str] = []
        for person in office.STAFF:
            try:
                secret = self.hire(person)
                self.equip(person)
            except ValidationError as error:
                problems.append(f"{person.first_name} {person.last_name}: {' '.join(error.messages)}")
                continue
            if secret:
                hired.append((person, *secret))
        self.write_phones()
        left = self.leave_messages({person.extension for person, _, _ in hired})
        self.report(hired, left)
        if problems:
            raise CommandError("Not everybody could be added. " + " ".join(problems))

    def hire(self, person: office.Employee) -> tuple[str, str] | None:
        """(password, PIN) of a new user; None when the login name exists."""
        if User.objects.filter(username__iexact=person.username).exists():
            return None
        password, pin = new_password(), f"{secrets.randbelow(1_000_000):06d}"
        add_user(
            NewUser(
                username=person.username, first_name=person.first_name, last_name=person.last_name,
                extension=person.extension, password=password, pin=pin,
                require_password_change=False, require_pin_change=False,
            ),
            by=BY,
        )  # fmt: skip
        return password, pin

    def equip(self, person: office.Employee) -> None:
        if CallAppearance.objects.filter(login_id__iexact=person.login_id).exists():
            return
        owner = User.objects.get(username__iexact=person.username)
        add_generic_handset(
            NewHandset(
                description=person.handset, login_id=person.login_id, password=secrets.token_urlsafe(15), owner=owner
            ),
            by=BY,
        )

    def write_phones(self) -> None:
        rows = [
            {
                "station": line.station, "login_id": line.login_id, "password": line.password,
                "name": line.owner.full_name, "extension": line.owner.extension.number,
            }
            for line in CallAppearance.objects.filter(
                login_id__in=[person.login_id for person in office.STAFF], owner__extension__isnull=False
            ).select_related("owner__extension")
            if line.owner is not None
        ]  # fmt: skip
        path = settings.INSTANCE.var / PHONES
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(rows, file, indent=1)
        if os.geteuid() == 0:  # the system's own account reads it, too
            owner = path.parent.stat()
            os.chown(fresh, owner.st_uid, owner.st_gid)
        fresh.replace(path)

    def leave_messages(self, extensions: set[str]) -> int:
        """Voicemails for those who are new; their lamps follow if the system runs. Returns how many."""
        now, count = datetime.now(UTC), 0
        lamps: set[int] = set()
        for message in (m for m in office.MESSAGES if m.to in extensions):
            to = User.objects.get(extension__number=message.to)
            caller = office.employee(message.caller)
            try:
                audio, seconds = office.recording(message.spoken)
            except FileNotFoundError:
                self.stderr.write(f"No recordings in {office.SOUNDS}: the sample office has no voicemails.")
                return count
            voicemail = mailbox.Voicemail(
                user_id=to.pk, user_name=to.full_name, extension=message.to, from_number=message.caller,
                from_name=f"{caller.first_name} {caller.last_name}", received=office.received(message, now),
                seconds=seconds,
            )  # fmt: skip
            identity = mailbox.deliver(settings.INSTANCE.mail, voicemail, audio=audio)
            if message.heard:
                mailbox.mark_heard(settings.INSTANCE.mail, to.pk, identity)
            lamps.add(to.pk)
            count += 1
        for user_id in lamps:
            tasks.mailbox_changed(user_id=user_id, by="demo")  # without a running system there is no lamp to follow
        return count

    def report(self, hired: list[tuple[office.Employee, str, str]], messages: int) -> None:
        if not hired:
            self.stdout.write("The sample office is complete; nothing was changed.")
            return
        self.stdout.write("Login     Extension  Password                 PIN     Name")
        for person, password, pin in hired:
            name = f"{person.first_name} {person.last_name}"
            self.stdout.write(f"{person.username:<9} {person.extension:<10} {password:<24} {pin:<7} {name}")
        self.stdout.write(
            f"{len(hired)} users with phones and {messages} voicemails. The passwords are shown this once.\n"
            "`make demo-phones` registers the phones and lets them call one another."
        )
