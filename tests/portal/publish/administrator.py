"""Another process, for test_parallel_changes.py.

python -m tests.portal.publish.administrator save USERNAME USER_ID TIMES
    as this administrator raise the user's "Maximum Number of Voicemails" by one, TIMES times, through the REST
    API; after a conflict look again and retry. Prints JSON: {"saved": n, "conflicts": n, "other": [status, ...]}
python -m tests.portal.publish.administrator die
    change a user and be killed between commit and announcement
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import django

django.setup()

from rest_framework.test import APIClient  # noqa: E402

from portal.api.throttles import SignedIn  # noqa: E402
from portal.business.users.models import User  # noqa: E402
from portal.business.users.services import modify_user  # noqa: E402
from portal.publish import announce  # noqa: E402
from portal.publish.change import By  # noqa: E402


def save(username: str, user_id: str, times: int) -> dict[str, Any]:
    SignedIn.rate = None
    client = APIClient()
    client.force_authenticate(User.objects.get(username=username))
    path = f"/api/v1/users/{user_id}/"
    saved, conflicts, other = 0, 0, []
    while saved < times and not other:
        shown = client.get(path).json()
        wanted = {"max_voicemails": shown["max_voicemails"] + 1, "row_version": shown["row_version"]}
        answer = client.patch(path, wanted, format="json")
        match answer.status_code:
            case 200:
                saved += 1
            case 409:
                conflicts += 1
            case status:
                other.append([status, answer.content.decode()[:500]])
    return {"saved": saved, "conflicts": conflicts, "other": other}


def die() -> None:
    def killed(*args: Any, **kwargs: Any) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return False

    announce.announce = killed
    modify_user(User.objects.get(username="ann"), {"first_name": "Committed"}, by=By())


if __name__ == "__main__":
    if sys.argv[1] == "die":
        die()
    else:
        print(json.dumps(save(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
