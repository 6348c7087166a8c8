"""`make service`: Switchroom as systemd units that start at boot; `make service-remove` takes them away again.

One unit per process, from the same table as `make run`, plus one that prepares the instance and a target that holds
them together. The environment in force when `make service` is typed is kept in /etc/switchroom/environment.

    python -m ops.service install | remove        needs root; asks sudo for it
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import instance
from instance import SOURCE, Instance
from ops import account, start
from ops.processes import PYTHON, Process, environment, processes
from ops.render import TEMPLATES

UNITS = Path("/etc/systemd/system")
ENVIRONMENT = Path("/etc/switchroom/environment")
TARGET = "switchroom.target"
OURS = re.compile(r"SWITCHROOM_[A-Z_]+|DATABASE_URL|REDIS_URL")


def units(inst: Instance) -> dict[str, str]:
    """File name → content of every unit of this instance."""
    table = processes(inst)
    common = {
        "source": SOURCE,
        "environment_file": ENVIRONMENT,
        "user": account.USER,
        "low_port": account.needs_low_port(inst),
        "writable": sorted({quoted(str(path)) for path in (inst.var, inst.keys)}),
        "private_tmp": not inst.var.is_relative_to("/tmp"),  # noqa: S108
    }
    files = {
        TARGET: TEMPLATES.get_template("switchroom.target.j2").render(names=[row.name for row in table]),
        "switchroom-prepare.service": TEMPLATES.get_template("prepare.service.j2").render(
            common, name="prepare", command=command_line((PYTHON, "-m", "ops.start", "--prepare"))
        ),
    }
    for row in table:
        files[f"switchroom-{row.name}.service"] = TEMPLATES.get_template("process.service.j2").render(
            common,
            name=row.name,
            after=earlier(table, row),
            command=command_line(row.command),
            grace=row.grace,
        )
    return files


def earlier(table: Sequence[Process], row: Process) -> list[str]:
    return [other.name for other in table if other.order < row.order]


def quoted(word: str) -> str:
    """One word of a unit file: % begins a specifier, $ a variable; quotes and backslashes are escaped."""
    text = word.replace("%", "%%").replace("$", "$$").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"' if re.search(r"[\s\"'\\;]", word) else text


def command_line(words: Sequence[str]) -> str:
    return " ".join(quoted(word) for word in words)


def environment_file(inst: Instance, environ: Mapping[str, str]) -> str:
    """Only what concerns Switchroom; DATABASE_URL holds a password, so the file is root's alone."""
    kept = {name: value for name, value in environ.items() if OURS.fullmatch(name)}
    kept.update(environment(inst))
    lines = []
    for name, value in sorted(kept.items()):
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'{name}="{text}"\n')
    return "".join(lines)


def systemctl(*arguments: str) -> None:
    subprocess.run(["systemctl", *arguments], check=True)


def systemd_runs() -> bool:
    return Path("/run/systemd/system").is_dir()


def install(inst: Instance) -> None:
    if not account.exists():
        account.create()
    os.umask(0o077)
    start.folders(inst)
    account.own(inst)
    reason = account.hindrance(inst)
    if reason:
        raise start.CannotStart(
            f"The system user {account.USER} cannot run Switchroom from here: {reason}. "
            "Move the checkout to a folder it can read, such as /opt/switchroom, and type make service there."
        )
    start.compile_sources()
    ENVIRONMENT.parent.mkdir(mode=0o755, exist_ok=True)
    ENVIRONMENT.write_text(environment_file(inst, os.environ))
    wanted = units(inst)
    _forget(keep=set(wanted))
    for name, text in wanted.items():
        (UNITS / name).write_text(text)
        (UNITS / name).chmod(0o644)
    if not systemd_runs():
        systemctl("enable", "--quiet", TARGET)
        print("switchroom: installed; systemd is not running here, so it starts at the next boot.")
        return
    systemctl("daemon-reload")
    systemctl("enable", "--quiet", TARGET)
    systemctl("restart", TARGET)
    print(
        f"switchroom: installed and started. State: systemctl list-dependencies {TARGET}; "
        f"logs: journalctl -u 'switchroom-*'; health: http://{inst.advertise}:{inst.http.port}/health/"
    )


def remove() -> None:
    if not (UNITS / TARGET).exists():
        print("switchroom: no units are installed.")
        return
    if systemd_runs():
        systemctl("stop", TARGET, "switchroom-prepare.service")
    systemctl("disable", "--quiet", TARGET)
    _forget(keep=set())
    ENVIRONMENT.unlink(missing_ok=True)
    if systemd_runs():
        systemctl("daemon-reload")
    print("switchroom: the units are removed; the state folder stays.")


def _forget(keep: set[str]) -> None:
    """Unit files of an earlier version that are no longer wanted."""
    for path in (*UNITS.glob("switchroom-*.service"), *UNITS.glob(TARGET)):
        if path.name not in keep:
            path.unlink()


def main(arguments: list[str]) -> int:
    if arguments not in (["install"], ["remove"]):
        raise SystemExit(__doc__)
    if os.geteuid() != 0:
        kept = ",".join(name for name in os.environ if OURS.fullmatch(name))
        keep = [f"--preserve-env={kept}"] if kept else []
        return subprocess.run(
            ["sudo", *keep, "--", PYTHON, "-m", "ops.service", *arguments], cwd=SOURCE, check=False
        ).returncode
    try:
        if arguments == ["install"]:
            install(instance.load())
        else:
            remove()
    except (start.CannotStart, instance.BadSetting) as problem:
        print(f"switchroom: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
