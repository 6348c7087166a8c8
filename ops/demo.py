"""`make demo`: `manage.py demo` under the account that owns the instance, so that its files stay readable to it.

As root the sample office would otherwise leave mailboxes behind that the running system cannot open.
"""

from __future__ import annotations

import os
import subprocess
import sys

import instance
from instance import SOURCE
from ops import account
from ops.processes import PYTHON, environment


def main() -> int:
    try:
        here = instance.load()
    except instance.BadSetting as problem:
        print(f"switchroom: {problem}", file=sys.stderr)
        return 1
    if not here.var.is_dir() or (here.database_url.startswith("sqlite") and not (here.var / "switchroom.db").exists()):
        print(f"switchroom: there is no system in {here.var} yet: run `make run` first.", file=sys.stderr)
        return 1
    os.umask(0o077)
    account.give_up_root(here, "ops.demo")
    os.environ.update(environment(here))
    return subprocess.run([PYTHON, "manage.py", "demo", *sys.argv[1:]], cwd=SOURCE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
