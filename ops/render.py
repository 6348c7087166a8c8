"""Renders the configuration of nginx, Redis and supervisord into `var/rendered/`.

Each function returns text; `write_all` is the only one that touches the disk.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from instance import SOURCE, Instance
from ops import certificate
from ops.processes import Process, nginx_config, processes, redis_config

# Configuration files are not HTML, and no value in them comes from a browser.
TEMPLATES = Environment(  # noqa: S701
    loader=FileSystemLoader(SOURCE / "ops" / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def nginx(inst: Instance, *, as_root: bool, access_log: str) -> str:
    return TEMPLATES.get_template("nginx.conf.j2").render(
        as_root=as_root,
        access_log=access_log,
        run=inst.run,
        http=inst.http,
        https=inst.https,
        web_socket=inst.web_socket,
        static=inst.var / "static",
        media=inst.media,
        certificate=certificate.certificate_path(inst),
        certificate_key=certificate.key_path(inst),
    )


def redis(inst: Instance) -> str:
    return TEMPLATES.get_template("redis.conf.j2").render(socket=inst.redis_socket, run=inst.run)


def supervisord(inst: Instance, table: Sequence[Process] | None = None) -> str:
    """Each process ends with its parent (setpriv --pdeathsig), so that even a killed supervisord leaves none behind."""
    rows = [
        {
            "name": process.name,
            "order": process.order,
            "grace": process.grace,
            # supervisord expands %, shlex-splits the rest
            "command": shlex.join(("/usr/bin/setpriv", "--pdeathsig", "TERM", *process.command)).replace("%", "%%"),
        }
        for process in (processes(inst) if table is None else table)
    ]
    return TEMPLATES.get_template("supervisord.conf.j2").render(
        source=SOURCE, run=inst.run, log=inst.log, processes=rows
    )


def supervisord_config(inst: Instance) -> Path:
    return inst.rendered / "supervisord.conf"


def write_all(inst: Instance, *, access_log: str = "/dev/stdout") -> None:
    for path, text in (
        (nginx_config(inst), nginx(inst, as_root=os.geteuid() == 0, access_log=access_log)),
        (redis_config(inst), redis(inst)),
        (supervisord_config(inst), supervisord(inst)),
    ):
        fresh = path.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(path)
