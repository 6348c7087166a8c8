"""`python -m telephony.switch.relay_memory`: become the small Redis in which rtpengine keeps its calls.

A relay that is killed finds its calls here when it starts again, ports and keys included, and the audio goes on. It is
not the Redis of the live picture: either may die without the other. rtpengine reaches it by TCP only, so it listens on
127.0.0.1 and asks for a password, which both sides read from files that nobody else may open.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from pathlib import Path

import instance as settings

KEPT_SECONDS = 86_400  # a call nobody deleted is forgotten; the relay's own time-outs are far shorter


def password(instance: settings.Instance) -> str:
    """Made by whoever comes first."""
    path = instance.keys / "relay-memory"
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if text := path.read_text().strip():
            return text
        path.unlink(missing_ok=True)  # whoever made it was killed before it wrote
        return password(instance)
    with os.fdopen(made, "w") as file:
        file.write(secrets.token_hex(24))
    return path.read_text()


def client_config(instance: settings.Instance) -> Path:
    return instance.rendered / "relay.conf"


def write_client_config(instance: settings.Instance) -> None:
    """For rtpengine: what must not stand in its command line, which everybody may read."""
    text = f"[rtpengine]\nredis = {password(instance)}@{instance.relay_memory}/0\n"
    _write(client_config(instance), text)


def server_config(instance: settings.Instance) -> Path:
    lines = (
        f"bind {instance.relay_memory.host}",
        f"port {instance.relay_memory.port}",
        f"requirepass {password(instance)}",
        f'dir "{instance.run}"',
        'logfile ""',
        "loglevel warning",
        "always-show-logo no",
        'save ""',
        "appendonly no",  # when this machine has no power, neither have its calls
        "maxmemory 64mb",
        "maxmemory-policy noeviction",
    )
    path = instance.rendered / "relay-memory.conf"
    _write(path, "\n".join(lines) + "\n")
    return path


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def main() -> None:
    program = shutil.which("redis-server", path="/usr/bin:/usr/local/bin:/bin")
    if program is None:
        sys.exit("redis-server is missing; install the Debian packages of ops/packages-run.txt.")
    try:
        instance = settings.load()
    except settings.BadSetting as error:
        sys.exit(str(error))
    os.execv(program, [program, str(server_config(instance))])  # noqa: S606  a fixed program, no shell


if __name__ == "__main__":
    main()
