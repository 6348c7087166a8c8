"""Started as root, Switchroom gives root up: everything runs as the system user `switchroom`, when that user can reach
the checkout, .venv and the state folder. A checkout below /root cannot be reached; then it says so and stays root.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from instance import SOURCE, Instance
from ops.processes import PYTHON

USER = "switchroom"


def exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def create() -> None:
    """The system user, without a home and without a shell. Needs root."""
    subprocess.run(
        [
            *("/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"),
            *("--shell", "/usr/sbin/nologin", "--comment", "Switchroom", USER),
        ],
        check=True,
    )


def become(inst: Instance) -> list[str]:
    """The command prefix that turns root into the user; the right to low ports is kept only where it is needed."""
    prefix = ["/usr/bin/setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups"]
    if needs_low_port(inst):
        return [*prefix, "--inh-caps=-all,+net_bind_service", "--ambient-caps=-all,+net_bind_service"]
    return [*prefix, "--inh-caps=-all"]


def needs_low_port(inst: Instance) -> bool:
    return min(inst.http.port, inst.https.port, inst.sip.port) < 1024


def own(inst: Instance) -> None:
    """Give the state folder to the user: the folders Switchroom makes itself, and the files at its top."""
    account = pwd.getpwnam(USER)

    def give(path: Path) -> None:
        if path.lstat().st_uid != account.pw_uid:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)

    give(inst.var)
    for file in (*inst.var.glob("switchroom.db*"), *inst.var.glob("bench.json")):
        give(file)
    for top in (*inst.folders()[1:], inst.var / "vendor", inst.var / "static"):
        if top.is_dir():
            give(top)
            for folder, folders, files in os.walk(top):
                for name in (*folders, *files):
                    give(Path(folder) / name)


def hindrance(inst: Instance) -> str | None:
    """Why the user cannot run this instance; None when it can. Asked by trying, as that user."""
    tries = (
        (["test", "-r", str(SOURCE / "manage.py")], f"{SOURCE} is closed to it"),
        ([PYTHON, "-c", "import django"], f"{SOURCE / '.venv'} is closed to it"),
        (["test", "-w", str(inst.var), "-a", "-x", str(inst.var)], f"{inst.var} is closed to it"),
        (["test", "-w", str(inst.keys), "-a", "-x", str(inst.keys)], f"{inst.keys} is closed to it"),
    )
    for command, reason in tries:
        if subprocess.run([*become(inst), *command], capture_output=True, check=False, cwd="/").returncode:
            return reason
    return None


def give_up_root(inst: Instance, module: str) -> None:
    """As root: run `python -m module` again as the user and never return; or say why everything stays root's."""
    if os.geteuid() != 0:
        return
    try:
        if not exists():
            create()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"switchroom: runs as root, because the user {USER} could not be created ({error}).", flush=True)
        return
    own(inst)
    reason = hindrance(inst)
    if reason:
        print(f"switchroom: runs as root, because of the user {USER}: {reason}.", flush=True)
        _own_back(inst)
        return
    _replace([*become(inst), PYTHON, "-m", module, *sys.argv[1:]], inst)


def _own_back(inst: Instance) -> None:
    """The folders stay root's when root runs the processes: nobody else needs them."""
    for path in (inst.var, *inst.folders()):
        os.chown(path, 0, 0)


def _replace(command: list[str], inst: Instance) -> NoReturn:
    os.chdir(SOURCE)
    environment = {**os.environ, "HOME": str(inst.var), "USER": USER, "LOGNAME": USER}
    os.execve(command[0], command, environment)  # noqa: S606
