"""The office the browser tests walk through; run by `python -m` inside a place. Prints nothing, fails loudly.

admin and second are administrators, ann (101) and bob (102) plain users with a handset each; everybody's password
is PASSWORD and nobody must change anything.
"""

from __future__ import annotations

import django

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


if __name__ == "__main__":
    django.setup()
    main()
