"""Fills the house under test: `python -m tests.bench.office USERS EXTENSIONS` prints its phones as JSON.

One change through the publishing door with the services' own parts; one password hash for all, because Argon2 for
250 users is not what is measured.
"""

from __future__ import annotations

import json
import os
import sys


def fill(users: int, extensions: int) -> list[dict[str, str]]:
    from django.contrib.auth.hashers import make_password

    from portal.access.secrets import pin_digest
    from portal.business.users.models import User
    from portal.phone_system.extensions import services
    from portal.phone_system.extensions.models import CallRoute, Extension
    from portal.phone_system.handsets.models import CallAppearance, Handset
    from portal.publish.change import By, change

    hashed = make_password("Battery-Staple-58")
    numbers = [str(n) for n in range(100, 300)]
    rows: list[dict[str, str]] = []
    with change(By(via="shell"), f"{users} users, {extensions} extensions") as work:
        for index in range(users):
            user = User(
                username=f"user{index}", first_name=f"First{index}", last_name=f"Last{index}", password=hashed,
                require_password_change=False, require_pin_change=False,
            )  # fmt: skip
            work.add(user)
            user.pin_digest = pin_digest(user.pk, "246802")
            user.save(update_fields=["pin_digest"])
            extension = _number(numbers, index)
            services.add_user_extension(work, user, extension)
            handset = Handset(description=f"Phone {index}")
            work.add(handset)
            line = CallAppearance(
                handset=handset, station=str(5111 + index), login_id=f"login{index}", password=f"secret-{index}",
                owner=user, description=handset.description,
            )  # fmt: skip
            work.add(line)
            rows.append(
                {"station": line.station, "login": line.login_id, "password": line.password, "extension": extension}
            )
        for index in range(users, extensions):
            system = Extension(number=_number(numbers, index), description=f"System {index}")
            work.add(system)
            work.add(CallRoute(extension=system, presence="in_office", finally_kind="hang_up"))
    return rows


def _number(numbers: list[str], index: int) -> str:
    """The block of three digits holds 200; beyond it, four digits, which only the database must bear."""
    return numbers[index] if index < len(numbers) else str(1000 + index)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    django.setup()
    print(json.dumps(fill(int(sys.argv[1]), int(sys.argv[2]))))
