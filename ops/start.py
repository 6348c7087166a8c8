"""`make run`, once everything is installed: prepare this instance, start its processes, stay until Ctrl-C.

python -m ops.start              in the foreground under supervisord
python -m ops.start --prepare    only prepare; systemd starts the processes (ops/service.py)
"""

from __future__ import annotations

import compileall
import fcntl
import hashlib
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import instance
from instance import SOURCE, Instance
from ops import account, certificate, console, libraries, ports, render
from ops.processes import PYTHON, environment
from telephony.messages.sealed import key_file

KEYS = ("django", "credentials")
PACKAGES = ("instance.py", "portal", "telephony", "provisioning", "hardware", "ops")


class CannotStart(Exception):
    """The text is a sentence for the person at the terminal."""


def folders(inst: Instance) -> None:
    if not re.fullmatch(r"[\w./+@:,=-]+", str(inst.var)):
        raise CannotStart(f"The path {inst.var} has a space or a special character: set SWITCHROOM_VAR to a plain one.")
    for folder in inst.folders():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o700)
        elif os.geteuid() != 0:
            raise CannotStart(
                f"{folder} belongs to another user: start as that user or as root, or set SWITCHROOM_VAR elsewhere."
            )
    # A Unix socket's path has 107 characters at most; the longest of ours is named here.
    longest = inst.run / "supervisor.sock"
    if len(os.fsencode(longest)) > 100:
        raise CannotStart(f"The path {inst.var} is too long for Unix sockets: set SWITCHROOM_VAR to a shorter one.")


def lock(inst: Instance) -> int:
    """Held until this process ends, so that a state folder never has two instances."""
    descriptor = os.open(inst.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode().strip()
        raise CannotStart(
            f"Switchroom already runs with the state folder {inst.var} (process {holder}): stop it first, "
            "or give the second one its own SWITCHROOM_VAR, SWITCHROOM_PORT_BASE, SWITCHROOM_HTTP, SWITCHROOM_HTTPS, "
            "SWITCHROOM_SIP and SWITCHROOM_RTP."
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def tree_digest(*tops: Path) -> str:
    """Changes when a file below appears, vanishes, or changes its size or time."""
    digest = hashlib.sha256()
    for top in tops:
        for path in sorted(top.rglob("*")):
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def manage(*arguments: str) -> None:
    done = subprocess.run([PYTHON, "manage.py", *arguments], cwd=SOURCE, check=False)
    if done.returncode:
        raise CannotStart(f"manage.py {arguments[0]} failed; its reason is above. Nothing was started.")


def static_files(inst: Instance) -> None:
    """Collected again only when something changed: it takes a second, of the fifteen a start may take."""
    now = tree_digest(SOURCE / "static", inst.var / "vendor", SOURCE / "requirements.txt")
    stamp = inst.var / "static" / ".digest"
    if stamp.exists() and stamp.read_text() == now:
        return
    manage("collectstatic", "--noinput", "--clear", "--verbosity", "0")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(now)


def prepare(inst: Instance, *, access_log: str) -> None:
    libraries.install(inst.var / "vendor")
    for name in KEYS:
        key_file(inst.keys, name)
    certificate.ensure(inst)
    render.write_all(inst, access_log=access_log)
    inst.web_socket.unlink(missing_ok=True)  # of a run that was killed: its presence means that web answers
    static_files(inst)
    manage("migrate", "--noinput", "--skip-checks", "--verbosity", "0")


def allow_many_files() -> None:
    """Every call needs several; the usual soft limit of 1024 is too few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if 0 < hard < 16384 else 16384, hard))


def compile_sources() -> None:
    """As root, before root is given up: the user may not write beside the sources and would compile at each start."""
    for name in PACKAGES:
        path = SOURCE / name
        if path.is_dir():
            compileall.compile_dir(path, quiet=2)
        else:
            compileall.compile_file(path, quiet=2)


def main(arguments: list[str]) -> int:
    """Returns an exit status, or becomes the console."""
    only_prepare = arguments == ["--prepare"]
    os.umask(0o077)
    try:
        inst = instance.load()
        folders(inst)
        if os.geteuid() == 0:
            compile_sources()
            account.give_up_root(inst, "ops.start")
        held = lock(inst)
        if not only_prepare:
            console.end_with_make()
            taken = ports.problems(inst)
            if taken:
                raise CannotStart("\n".join(taken))
        os.environ.update(environment(inst))
        prepare(inst, access_log="syslog:server=unix:/dev/log,nohostname" if only_prepare else "/dev/stdout")
        if only_prepare:
            return 0
        allow_many_files()
        sys.stdout.flush()
        # A fresh interpreter: what preparing loaded would stay in memory as long as the system runs.
        os.set_inheritable(held, True)
        os.execv(PYTHON, [PYTHON, "-m", "ops.console", str(render.supervisord_config(inst))])  # noqa: S606
    except (CannotStart, instance.BadSetting) as problem:
        for sentence in str(problem).splitlines():
            print(f"switchroom: {sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
