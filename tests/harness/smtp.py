"""A real SMTP server on the loopback network that keeps what it is given.

    with SmtpServer("127.0.0.9") as server:
        server.address, server.port
        server.wait()  # the next message: recipients and text

It can want a log-in, refuse the first few messages for a while, or refuse a recipient for good.
"""

from __future__ import annotations

import queue
import socket
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

WITHIN = 20.0  # seconds


@dataclass(frozen=True)
class Delivered:
    sender: str
    to: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


class SmtpServer:
    def __init__(
        self,
        address: str,
        *,
        login: tuple[str, str] | None = None,
        refuse: int = 0,
        unknown: frozenset[str] = frozenset(),
    ) -> None:
        self.login = login
        self.refuse = refuse  # answer 451 to so many messages
        self.unknown = unknown  # addresses nobody has
        self.tries = 0
        self.inbox: queue.Queue[Delivered] = queue.Queue()
        self.address, self.port = address, _free_port(address)
        self.controller = Controller(
            self,
            hostname=address,
            port=self.port,  # it connects to itself to see that it runs, so 0 does not do
            auth_required=login is not None,
            auth_require_tls=False,
            authenticator=self._authenticate if login else None,
        )

    def __enter__(self) -> SmtpServer:
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    def wait(self) -> Delivered:
        return self.inbox.get(timeout=WITHIN)

    def _authenticate(
        self, server: Server, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)

    async def handle_RCPT(
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        self.tries += 1
        if self.tries <= self.refuse:
            return "451 4.3.0 Try again later"
        made = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.inbox.put(Delivered(str(envelope.mail_from), tuple(envelope.rcpt_tos), made))
        return "250 OK"


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
