"""What nginx, Redis, supervisord and systemd are told."""

from __future__ import annotations

import configparser
import shlex
import subprocess
from pathlib import Path

import pytest

import instance
from instance import Instance
from ops import certificate, render, service
from ops.processes import own_redis, processes, program
from tests.ops import golden

ENVIRONMENT = {
    "SWITCHROOM_VAR": "/srv/switchroom",
    "SWITCHROOM_HTTP": "0.0.0.0:8080",
    "SWITCHROOM_HTTPS": "0.0.0.0:8443",
    "SWITCHROOM_SIP": "192.0.2.5:5060",
}


@pytest.fixture
def inst() -> Instance:
    return instance.load(ENVIRONMENT)


def temporary(folder: Path, **more: str) -> Instance:
    inst = instance.load({**ENVIRONMENT, "SWITCHROOM_VAR": str(folder), **more})
    for path in inst.folders():
        path.mkdir(parents=True, exist_ok=True)
    return inst


def test_golden_nginx(inst: Instance) -> None:
    golden.agrees("nginx.conf", render.nginx(inst, as_root=False, access_log="/dev/stdout"))


def test_golden_redis(inst: Instance) -> None:
    golden.agrees("redis.conf", render.redis(inst))


def test_golden_supervisord(inst: Instance) -> None:
    golden.agrees("supervisord.conf", render.supervisord(inst))


def test_golden_units(inst: Instance) -> None:
    for name, text in service.units(inst).items():
        golden.agrees(f"systemd/{name}", text)


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    inst = temporary(tmp_path, SWITCHROOM_HTTP="127.0.0.1:48080", SWITCHROOM_HTTPS="127.0.0.1:48443")
    certificate.ensure(inst)
    render.write_all(inst)
    done = subprocess.run(
        [program("nginx"), "-t", "-e", "stderr", "-p", str(inst.run), "-c", str(inst.rendered / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_systemd_accepts_its_units(tmp_path: Path) -> None:
    units = tmp_path / "units"
    units.mkdir()
    for name, text in service.units(temporary(tmp_path / "var")).items():
        (units / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units.iterdir())],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{units}:/lib/systemd/system"},
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "switchroom" in line]) == (0, [])


def test_at_boot_every_process_starts_after_the_preparation_and_in_the_table_s_order(inst: Instance) -> None:
    """Simulates systemd's ordering: repeatedly start what waits for nothing that has not been started."""
    after: dict[str, set[str]] = {}
    for name, text in service.units(inst).items():
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str  # type: ignore[assignment, method-assign]
        unit.read_string(text)
        after[name] = set(unit["Unit"].get("After", "").split())
    after.pop(service.TARGET)
    ours, started = set(after), list[str]()
    while after:
        ready = sorted(name for name, waits in after.items() if not (waits & ours) - set(started))
        assert ready, f"these wait for one another: {sorted(after)}"
        started += ready
        for name in ready:
            del after[name]
    assert started[0] == "switchroom-prepare.service"
    positions = [started.index(f"switchroom-{process.name}.service") for process in processes(inst)]
    orders = [process.order for process in processes(inst)]
    assert [order for _, order in sorted(zip(positions, orders, strict=True))] == sorted(orders)


def test_a_redis_of_ones_own_is_not_started_a_second_time() -> None:
    inst = instance.load({**ENVIRONMENT, "REDIS_URL": "redis://redis.example:6379/0"})
    assert not own_redis(inst)
    assert "redis" not in [process.name for process in processes(inst)]
    assert "switchroom-redis.service" not in service.units(inst)


def test_supervisord_reads_back_the_commands_it_was_given(inst: Instance) -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(render.supervisord(inst))
    for process in processes(inst):
        command = config[f"program:{process.name}"]["command"].replace("%%", "%")
        assert shlex.split(command) == ["/usr/bin/setpriv", "--pdeathsig", "TERM", *process.command]


def test_a_low_port_keeps_one_right_and_no_other(inst: Instance) -> None:
    unit = "switchroom-front.service"
    assert "\nCapabilityBoundingSet=\n" in service.units(inst)[unit]
    low = instance.load({**ENVIRONMENT, "SWITCHROOM_HTTPS": "0.0.0.0:443"})
    assert "\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in service.units(low)[unit]


def test_the_service_s_environment_is_only_what_concerns_switchroom(inst: Instance) -> None:
    environ = {**ENVIRONMENT, "DATABASE_URL": "postgresql://a:p%22w@h/n", "AWS_SECRET": "x", "HOME": "/root"}
    text = service.environment_file(inst, environ)
    assert 'DATABASE_URL="postgresql://a:p%22w@h/n"\n' in text
    assert "AWS_SECRET" not in text
    assert "HOME" not in text
