"""The processes of one instance, one per line of the table in docs/architecture.md section 1.

The same table feeds supervisord (`make run`) and systemd (`make service`).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from instance import SOURCE, Instance

PYTHON = str(SOURCE / ".venv" / "bin" / "python")


@dataclass(frozen=True, slots=True)
class Process:
    name: str
    command: tuple[str, ...]
    order: int
    """Started in this order, stopped in the reverse one. Nobody waits for anybody: every process tries again."""
    grace: int = 10
    """Seconds between the request to end and SIGKILL."""


def program(name: str) -> str:
    """Path of one of Debian's daemons; /usr/sbin is not in every user's PATH."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
    if found is None:
        raise SystemExit(f"switchroom: {name} is not installed: run make run, which installs it.")
    return found


def nginx_config(inst: Instance) -> Path:
    return inst.rendered / "nginx.conf"


def redis_config(inst: Instance) -> Path:
    return inst.rendered / "redis.conf"


def own_redis(inst: Instance) -> bool:
    """Whether this instance brings its own Redis, or was given one by REDIS_URL."""
    return inst.redis_url == f"unix://{inst.redis_socket}"


def _celery(*arguments: str, app: str = "portal.celery") -> tuple[str, ...]:
    return (PYTHON, "-m", "celery", "-q", "-A", app, *arguments)


def _worker(name: str, queues: str, threads: int, app: str = "portal.celery") -> tuple[str, ...]:
    return _celery(
        *("worker", "-n", f"{name}@%h", "-Q", queues, "-P", "threads", "-c", str(threads)),
        *("--without-gossip", "--without-mingle", "-l", "WARNING"),
        app=app,
    )


def processes(inst: Instance) -> tuple[Process, ...]:
    beat_state = str(inst.run / "beat")
    uvicorn = (
        *(PYTHON, "-m", "uvicorn", "portal.asgi:application", "--uds", str(inst.web_socket)),
        # only nginx reaches the socket, so what it says about the client is true
        *("--proxy-headers", "--forwarded-allow-ips", "*", "--no-server-header", "--no-access-log"),
        *("--timeout-graceful-shutdown", "3", "--ws-max-size", "65536", "--lifespan", "off"),
    )
    table = (
        Process("redis", (program("redis-server"), str(redis_config(inst))), 10),
        Process("relay-memory", (PYTHON, "-m", "telephony.switch.relay_memory"), 10),
        Process("relay", (PYTHON, "-m", "telephony.switch.relay"), 20),
        Process("switch", (PYTHON, "-m", "telephony.switch"), 20),
        Process("router", (PYTHON, "-m", "telephony.router"), 30),
        Process("media", (PYTHON, "-m", "telephony.media"), 40),
        Process("hub", (PYTHON, "manage.py", "hub"), 50),
        Process("web", uvicorn, 50),
        Process("calls-worker", _worker("calls", "calls", 8, "portal.calls_worker"), 60),
        Process("worker", _worker("work", "default,apply,phones,mail", 4), 60),
        Process("beat", _celery("beat", "-s", beat_state, "-l", "WARNING", "--pidfile=", app="portal.beat"), 70),
        Process("front", (program("nginx"), "-e", "stderr", "-p", str(inst.run), "-c", str(nginx_config(inst))), 80),
    )
    return table if own_redis(inst) else table[1:]


def environment(inst: Instance) -> dict[str, str]:
    """What each process gets beyond the environment of whoever started it."""
    return {
        "SWITCHROOM_VAR": str(inst.var),  # absolute, whatever the working directory was
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "PYTHONUNBUFFERED": "1",
        # glibc gives every thread an arena of its own; two are enough and save about a third of idle memory
        "MALLOC_ARENA_MAX": "2",
    }
