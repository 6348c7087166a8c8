"""The office the browser tests walk through; run by `python -m` inside a place. Prints nothing, fails loudly.

admin and second are administrators, ann (101) and bob (102) plain users with a handset each; everybody's password
is PASSWORD and nobody must change anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from portal.publish.change import By

PASSWORD = "correct horse"


def main() -> None:
    from django.contrib.auth.models import Group

    from portal.access.links import Role
    from portal.business.users import services as users
    from portal.business.users.models import User
    from portal.phone_system.handsets import services as handsets
    from portal.publish.change import By

    by = By(via="shell")
    admin = User.objects.get(is_server_administrator=True)
    users.change_own_secrets(admin, password=PASSWORD, by=by)
    for username, first, last, extension in (
        ("ann", "Ann", "Meyer", "101"),
        ("bob", "Bob", "Okafor", "102"),
        ("second", "Sara", "Second", "199"),
    ):
        new = users.NewUser(
            username=username,
            first_name=first,
            last_name=last,
            extension=extension,
            password=PASSWORD,
            require_password_change=False,
            require_pin_change=False,
        )
        user, _ = users.add_user(new, by=by)
        if username == "second":
            user.groups.add(Group.objects.get(name=Role.SYSTEM.value))
            continue
        phone = handsets.NewHandset(
            description=f"{first}'s phone", login_id=f"{username}-sip", password="sip secret", owner=user
        )
        handsets.add_generic_handset(phone, by=by)
    furnish_lines(by)


def furnish_lines(by: By) -> None:
    """A trunk with a DID block, an emergency caller ID for Ann's phone, a proof, a mail that waits."""
    from django.utils import timezone

    from portal.phone_system.did_blocks import services as did_blocks
    from portal.phone_system.emergency import proofs
    from portal.phone_system.emergency_cid import services as caller_ids
    from portal.phone_system.outside_lines import services as outside_lines
    from portal.servers.email import sending

    values = {"description": "Carrier", "host": "carrier.example", "emergency": True, "caller_id": "5854213800"}
    line, _ = outside_lines.add_outside_line(values, by=by)
    block, _ = did_blocks.add_block({"first": "5854213800", "count": 100}, lines=[line], by=by)
    named = [did_blocks.NamedNumber(number="3850", extension="101", dnis="Support")]
    did_blocks.modify_plan(block.plan, {"default_extension": "102"}, numbers=named, by=by)
    entry, _ = caller_ids.add_caller_id({"number": "5854215555", "location": "North wing", "first_line": line}, by=by)
    caller_ids.assign(entry, ["5111"], by=by)
    proofs.prove_now("admin")
    sending.queue("office", to="ann@example.com", subject="Notice", body="Word", at=timezone.now())


if __name__ == "__main__":
    django.setup()
    main()
