"""Seal and open the credentials document: Fernet under `var/keys/credentials.key` (0600).

MultiFernet: the file holds one key a line, the first seals, all open, so keys can be rotated.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from telephony.messages import read, write
from telephony.messages.snapshot import Credentials

__all__ = ["InvalidToken", "key_file", "open_credentials", "seal_credentials", "sealer"]


def key_file(keys: Path, name: str) -> Path:
    """Path of the key `name`; made with a fresh key, 0600, if it does not exist yet."""
    path = keys / f"{name}.key"
    if not path.exists():
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # the first of two racing processes wins, the other uses its key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path


def sealer(keys: Path, name: str) -> MultiFernet:
    return MultiFernet([Fernet(line) for line in key_file(keys, name).read_bytes().split()])


def seal_credentials(keys: Path, credentials: Credentials) -> bytes:
    return sealer(keys, "credentials").encrypt(write(credentials))


def open_credentials(keys: Path, token: bytes) -> Credentials:
    """Raises InvalidToken when the key is another one."""
    return read(Credentials, sealer(keys, "credentials").decrypt(token))
