"""Two administrators at once, and a process that dies at the worst moment: real processes, real Redis."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
import redis as redis_py
from django.conf import settings

from portal.access.links import Role
from portal.business.users.models import User
from portal.publish import announce, versions
from portal.publish.models import ConfigurationVersion, PublishHead
from telephony.messages import read
from telephony.messages.sealed import open_credentials
from telephony.messages.snapshot import Snapshot

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = [sys.executable, "-m", "tests.portal.publish.administrator"]
TIMES = 100  # each of the two


@pytest.mark.timeout(300)
def test_two_administrators_saving_conflicting_changes_lose_nothing(
    redis: redis_py.Redis, other_process: dict[str, str], make_user: Callable[..., User], ann: User
) -> None:
    for name, extension in (("paul", "111"), ("petra", "112")):
        make_user(name, extension, role=Role.PHONE)
    started = versions.head_number()
    both = [
        subprocess.Popen([*PROGRAM, "save", name, str(ann.pk), str(TIMES)], env=other_process, stdout=subprocess.PIPE)
        for name in ("paul", "petra")
    ]
    results = [json.loads(process.communicate(timeout=280)[0]) for process in both]

    assert [result["other"] for result in results] == [[], []]
    assert [result["saved"] for result in results] == [TIMES, TIMES]
    assert sum(result["conflicts"] for result in results) > 0, "they never met: the test proves nothing"
    assert User.objects.get(pk=ann.pk).max_voicemails == 100 + 2 * TIMES
    numbers = list(ConfigurationVersion.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, started + 2 * TIMES + 1))
    assert PublishHead.objects.get(pk=1).number == numbers[-1]

    assert int(redis.get(announce.NUMBER) or 0) == numbers[-1]
    document = redis.get(announce.SNAPSHOT)
    assert isinstance(document, bytes)
    published = read(Snapshot, document)
    assert published.version == numbers[-1]
    [entry] = [user for user in published.users if user.user_id == ann.pk]
    assert entry.mailbox.max_messages == 100 + 2 * TIMES
    on_disk = read(Snapshot, (settings.INSTANCE.published / "snapshot.json").read_bytes())
    assert on_disk == published


def test_a_change_killed_between_commit_and_announcement_is_announced_by_the_hub(
    redis: redis_py.Redis, other_process: dict[str, str], ann: User
) -> None:
    announce.catch_up()
    before = int(redis.get(announce.NUMBER) or 0)
    listener = redis.pubsub()
    listener.subscribe(announce.CHANNEL)
    listener.get_message(timeout=5)

    died = subprocess.run([*PROGRAM, "die"], env=other_process, check=False)
    assert died.returncode == -signal.SIGKILL
    assert int(redis.get(announce.NUMBER) or 0) == before, "it was announced before it died"
    assert versions.head_number() == before + 1, "the commit did not hold"

    assert announce.catch_up() == before + 1
    message = listener.get_message(timeout=5)
    assert message is not None
    assert message["data"] == str(before + 1).encode()
    document, sealed = redis.get(announce.SNAPSHOT), redis.get(announce.CREDENTIALS)
    assert isinstance(document, bytes)
    assert isinstance(sealed, bytes)
    assert [user.name for user in read(Snapshot, document).users if user.user_id == ann.pk] == ["Committed Example"]
    assert open_credentials(settings.INSTANCE.keys, sealed).version == before + 1
