"""A process that answers every INVITE with 180 and every CANCEL with 200 and 487: `responder.py ADDRESS PORT`.

The far end of the set-up delay: as little work as Python allows, and always the same.
"""

from __future__ import annotations

import socket
import sys

from ops.softphone.message import Message, NotSip, parse


def main(address: str, port: int) -> None:
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind((address, port))
    ringing: dict[str, Message] = {}
    while True:
        data, source = link.recvfrom(65535)
        try:
            message = parse(data, source)
        except NotSip:
            continue
        contact = f"<sip:{address}:{port}>"
        if message.method == "INVITE":
            ringing[message.call_id] = message
            link.sendto(message.reply(180, to_tag="r").add("Contact", contact).encode(), source)
        elif message.method == "CANCEL":
            link.sendto(message.reply(200, to_tag="r").encode(), source)
            invite = ringing.pop(message.call_id, None)
            if invite is not None:
                link.sendto(invite.reply(487, to_tag="r").encode(), source)
        elif message.method == "OPTIONS":
            link.sendto(message.reply(200, to_tag="r").encode(), source)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
