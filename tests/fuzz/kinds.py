"""What is thrown at the house, kind by kind. Every kind takes a seeded source of chance and a number of seconds.

A kind asserts what must be refused; that nothing broke is judged by Target.judge afterwards.
"""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Callable

from ops.softphone.message import token
from tests.fuzz import bodies
from tests.fuzz.robot import Dialog
from tests.fuzz.target import Target, until
from tests.fuzz.torture import messages
from tests.harness.place import Late

Kind = Callable[[Target, random.Random, float], None]
PAUSE = 0.004  # seconds between two messages: some 200 a second, which two cores can judge fairly


def breathe(seconds: float = PAUSE) -> None:
    time.sleep(seconds)  # the pace of an attacker, nobody waits for anything here


def everybody(target: Target) -> tuple[str, ...]:
    """Numbers that lead to different rooms: a phone, a mailbox, the outside, the message center, nowhere."""
    return (target.bob_is.extension, target.nobody.extension, "95551212", "404", "799")


def end_calls(target: Target) -> None:
    for robot in target.robots:
        robot.end_all()


def torture(target: Target, rnd: random.Random, seconds: float) -> None:
    """RFC 4475 from strangers and from the carrier, who is believed: his INVITEs reach a phone and a media worker."""
    turn, end = 0, time.monotonic() + seconds
    while turn == 0 or time.monotonic() < end:
        turn += 1
        for robot in (target.strangers[turn % 8], target.carrier):
            here = f"{robot.address}:{robot.port}"
            for message in messages():
                robot.fire(message.encode(here, f"t{turn}r{rnd.randrange(1 << 30)}"))
                breathe()
        target.forgive()


def sdp(target: Target, rnd: random.Random, seconds: float) -> None:
    """Session descriptions that are broken, huge, empty or of another kind: from a phone and from the carrier."""
    for _ in until(seconds):
        body, sort = bodies.description(rnd, target.ann.offer())
        robot = rnd.choice((target.ann, target.carrier))
        robot.fire(robot.request("INVITE", f"sip:{rnd.choice(everybody(target))}@switchroom", body=body, sort=sort))
        breathe(0.02)


def late(target: Target, rnd: random.Random, seconds: float) -> None:
    """INVITEs without an offer; the ACK brings a broken one, or none."""
    for _ in until(seconds):
        robot = rnd.choice((target.ann, target.carrier))
        robot.answer_body = rnd.choice(("", bodies.description(rnd, robot.offer())[0]))
        robot.fire(robot.request("INVITE", f"sip:{rnd.choice(everybody(target))}@switchroom"))
        breathe(0.03)
    target.ann.answer_body = target.carrier.answer_body = ""


METHODS = (
    "BYE",
    "INVITE",
    "INFO",
    "REFER",
    "UPDATE",
    "ACK",
    "PRACK",
    "NOTIFY",
    "SUBSCRIBE",
    "MESSAGE",
    "OPTIONS",
    "CANCEL",
)


def forged(target: Target, rnd: random.Random, seconds: float) -> None:
    """Requests within calls that never were, and within one that is, with guessed tags: the call must stay."""
    live = held(target, "95551212")
    for _ in until(seconds):
        robot = rnd.choice((*target.strangers[:4], target.eve))
        method = rnd.choice(METHODS)
        known = rnd.random() < 0.5
        fake = Dialog(
            live.call_id if known else token(20), f"<sip:{robot.user}@switchroom>;tag={token()}",
            f"<sip:x@switchroom>;tag={token()}", rnd.choice((live.target, f"sip:w3@{live.target.split('@')[-1]}")),
            list(live.routes) if rnd.random() < 0.7 else [], "", rnd.randrange(1, 1 << 31),
        )  # fmt: skip
        headers = (("Refer-To", "<sip:911@switchroom>"), ("Event", "dialog")) if method in ("REFER", "NOTIFY") else ()
        body = robot.offer() if method in ("INVITE", "UPDATE") and rnd.random() < 0.7 else ""
        robot.fire(robot.within(fake, method, headers=headers, body=body))
        breathe()
    target.forgive()
    assert target.ann.bye(live).code == 200, "a forged request ended another's call"


def held(target: Target, digits: str) -> Dialog:
    target.ann.hang_up = False
    try:
        return target.ann.call(digits)
    finally:
        target.ann.hang_up = True


def loopback(target: Target, rnd: random.Random, seconds: float) -> None:
    """Ways straight to the media workers, in Request-URI, Route and Refer-To, by strangers and by a phone."""
    instance = target.house.instance
    private = [str(instance.worker(n).host) for n in range(3)] + [instance.switch_internal.host, "127.0.0.1", "[::1]"]
    before = sum(robot.counts[200] for robot in target.strangers)
    live = held(target, "95551212")
    for _ in until(seconds):
        place = rnd.choice(private)
        uri = f"sip:{rnd.choice(('voicemail', 'w2', 'attendant/1', 'bridge', target.nobody.extension))}@{place}:5060"
        route = rnd.choice((f"<sip:{place};lr>", f"<sip:{place}:5060>", f"<sip:w2@{place};lr>,<sip:{place};lr>"))
        robot = rnd.choice((*target.strangers[4:], target.eve))
        method = rnd.choice(("INVITE", "MESSAGE", "INFO", "REFER", "NOTIFY"))
        if rnd.random() < 0.5:
            robot.fire(
                robot.request(method, uri, body=robot.offer(), headers=(("Route", route), ("Refer-To", f"<{uri}>")))
            )
        else:
            inside = Dialog(live.call_id, live.local, live.remote, uri, [route], "", rnd.randrange(1 << 20, 1 << 30))
            robot.fire(robot.within(inside, method, headers=(("Refer-To", f"<{uri}>"),)))
        breathe()
    target.forgive()
    assert sum(robot.counts[200] for robot in target.strangers) == before, "a stranger was answered 200"
    target.ann.bye(live)


def storms(target: Target, rnd: random.Random, seconds: float) -> None:
    """re-INVITE, UPDATE, INFO and REFER within calls that are up, by both their ends, far faster than any phone."""
    calls = [held(target, digits) for digits in ("95551212", target.nobody.extension, target.bob_is.extension)]
    for _ in until(seconds):
        call = rnd.choice(calls)
        method = rnd.choice(("INVITE", "INVITE", "UPDATE", "INFO", "REFER", "OPTIONS", "PRACK"))
        headers: tuple[tuple[str, str], ...] = ()
        body, sort = "", "application/sdp"
        if method in ("INVITE", "UPDATE"):
            body = rnd.choice((target.ann.offer(), "", target.ann.offer().replace("sendrecv", "inactive"),
                               bodies.description(rnd, target.ann.offer())[0]))  # fmt: skip
        elif method == "INFO":
            body, sort = bodies.dtmf(rnd), "application/dtmf-relay"
        elif method == "REFER":
            headers = (("Refer-To", bodies.refer_to(rnd, target.nobody.extension)),)
        target.ann.fire(target.ann.within(call, method, body=body, sort=sort, headers=headers))
        breathe()
    end_stormed(target, calls)


def end_stormed(target: Target, calls: list[Dialog]) -> None:
    """A call a storm or a transfer has already ended answers 481: that is an end, too."""
    for call in calls:
        try:
            assert target.ann.bye(call).code in (200, 481, 500), "a call cannot be ended after the storm"
        except Late:
            continue  # whether it is over is judged by what is left


def no_free_leg(target: Target, rnd: random.Random, seconds: float) -> None:
    """REFER and Replaces while every media worker holds a call."""
    calls: list[Dialog] = []
    target.ann.hang_up = False
    try:
        for _ in range(8):  # more than there are workers: the last ones hear a sentence or a refusal
            try:
                calls.append(target.ann.call("95551212"))
            except AssertionError:
                break
    finally:
        target.ann.hang_up = True
    for _ in until(seconds):
        one, other = rnd.choice(calls), rnd.choice(calls)
        tags = f"{other.call_id};to-tag={other.remote.split('tag=')[-1]};from-tag={other.local.split('tag=')[-1]}"
        if rnd.random() < 0.5:
            to = rnd.choice((f"<{other.target}?Replaces={tags.replace(';', '%3B').replace('=', '%3D')}>",
                             bodies.refer_to(rnd, target.nobody.extension)))  # fmt: skip
            target.ann.fire(target.ann.within(one, "REFER", headers=(("Refer-To", to),)))
        else:
            tags = rnd.choice((tags, f"{token()};to-tag={token()};from-tag={token()}", ";;;", "early-only"))
            robot = rnd.choice((target.eve, target.carrier))
            robot.fire(robot.request("INVITE", f"sip:{rnd.choice(everybody(target))}@switchroom", body=robot.offer(),
                                     headers=(("Replaces", tags), ("Require", "replaces"))))  # fmt: skip
        breathe(0.05)
    end_stormed(target, calls)


def rtp(target: Target, rnd: random.Random, seconds: float) -> None:
    """Garbage at the ports where people talk, from the phone's own port and from strange ones; RTCP at the next."""
    calls = [held(target, digits) for digits in ("95551212", target.nobody.extension, target.bob_is.extension)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as strange:
        strange.bind((target.strangers[0].address, 0))
        for _ in until(seconds):
            host, port = rnd.choice(calls).media()
            data, control = bodies.packet(rnd)
            for link in (target.ann.media, strange):
                link.sendto(data, (host, port + (1 if control else 0)))
            breathe(0.001)
    end_stormed(target, calls)


def invite_flood(target: Target, rnd: random.Random, seconds: float) -> None:
    """A registered phone calls mailboxes and colleagues as fast as it can, half of it without a password."""
    for count, _ in enumerate(until(seconds)):
        request = target.eve.request(
            "INVITE", f"sip:{rnd.choice(everybody(target))}@switchroom", body=target.eve.offer()
        )
        if count % 2:
            target.eve.fire(request.encode())  # nobody will answer its challenge
        else:
            target.eve.fire(request)
        breathe(0.002)


def digest_flood(target: Target, rnd: random.Random, seconds: float) -> None:
    """Wrong, stale, absurd and half-written credentials, by the thousand."""
    before = sum(robot.counts[200] for robot in target.strangers)
    for count, _ in enumerate(until(seconds)):
        robot = target.strangers[count % 8]
        method = rnd.choice(("REGISTER", "INVITE", "SUBSCRIBE"))
        request = robot.request(
            method, f"sip:{target.ann.user}@switchroom", body=robot.offer() if method == "INVITE" else ""
        )
        robot.fire(request.add("Authorization", bodies.credentials(rnd, target.ann.login)))
        if count % 40 == 39:
            target.forgive()
        breathe(0.002)
    target.forgive()
    assert sum(robot.counts[200] for robot in target.strangers) == before, "a wrong password was accepted"


SCANNERS = ("friendly-scanner", "sipvicious", "sipcli/v1.8", "sundayddr", "VaxSIPUserAgent/3.1", "pplsip", "SIP-Scan")


def scanners(target: Target, rnd: random.Random, seconds: float) -> None:
    """Programs that try every number; one of a phone's own network is no better."""
    for count, _ in enumerate(until(seconds)):
        robot = target.strangers[count % 8]
        method = rnd.choice(("OPTIONS", "REGISTER", "INVITE"))
        robot.fire(
            robot.request(
                method, f"sip:{100 + count % 900}@switchroom", headers=(("User-Agent", rnd.choice(SCANNERS)),)
            )
        )
        if count % 40 == 39:
            target.forgive()
        breathe()


def names(target: Target, rnd: random.Random, seconds: float) -> None:
    """Line ends, quotes, JSON, variables and escapes in names, numbers and headers; X-Injected must appear nowhere."""
    for _ in until(seconds):
        robot = rnd.choice((target.ann, target.carrier))
        evil = bodies.text(rnd)
        digits = rnd.choice((*everybody(target), *(bodies.user(rnd) for _ in range(3))))
        request = robot.request("INVITE", f"sip:{digits}@switchroom", body=robot.offer(), name=f'"{evil}" ')
        if robot is target.carrier:
            request.put("From", f'"{evil}" <sip:{bodies.user(rnd)}@carrier.example>;tag={token()}')
        if rnd.random() < 0.5:
            header = rnd.choice(
                ("User-Agent", "Subject", "Contact", "Diversion", "P-Asserted-Identity", "Call-ID", "To")
            )
            request.put(header, f'"{evil}" <sip:{bodies.user(rnd)}@{robot.address}:{robot.port}>')
        robot.fire(request)
        breathe(0.03)
    rows = target.house.rows("call-records/")
    assert rows, "no call record was written"


def strangers(target: Target, rnd: random.Random, seconds: float) -> None:
    """INFO, SUBSCRIBE, NOTIFY, PUBLISH, MESSAGE and what nobody has heard of, outside any call."""
    methods = (
        "INFO",
        "SUBSCRIBE",
        "NOTIFY",
        "PUBLISH",
        "MESSAGE",
        "REFER",
        "UPDATE",
        "PRACK",
        "BYE",
        "CANCEL",
        "ACK",
        "X",
    )
    before = sum(robot.counts[200] + robot.counts[202] for robot in target.strangers)
    for _ in until(seconds):
        robot = rnd.choice((*target.strangers, target.carrier, target.eve))
        headers = (("Event", rnd.choice(("dialog", "message-summary", "check-sync", "x" * 300, ""))),
                   ("Expires", rnd.choice(("600", "-1", "9" * 11))), ("Refer-To", "<sip:911@switchroom>"))  # fmt: skip
        body = rnd.choice(("", "Messages-Waiting: yes\r\n", bodies.text(rnd), "<dialog-info>" * 200))
        user = rnd.choice((*everybody(target), bodies.user(rnd)))
        robot.fire(robot.request(rnd.choice(methods), f"sip:{user}@switchroom", headers=headers, body=body,
                                 sort=rnd.choice(("application/dialog-info+xml", "text/plain", "x"))))  # fmt: skip
        breathe()
    target.forgive()
    after = sum(robot.counts[200] + robot.counts[202] for robot in target.strangers)
    assert after == before, "a stranger was served"


def garbage(target: Target, rnd: random.Random, seconds: float) -> None:
    """Noise, and good messages with some octets changed, cut or doubled: by UDP and by TCP."""
    server = (target.house.instance.sip.host, target.house.instance.sip.port)
    for count, _ in enumerate(until(seconds)):
        robot = rnd.choice((*target.strangers, target.carrier))
        whole = robot.request(rnd.choice(METHODS[:8]), "sip:110@switchroom", body=robot.offer()).encode()
        data = (
            bodies.mutated(rnd, whole) if rnd.random() < 0.8 else rnd.randbytes(rnd.choice((1, 40, 1400, 9000, 60000)))
        )
        robot.fire(data)
        if count % 10 == 0:
            try:
                with socket.create_connection(server, 1, (robot.address, 0)) as link:
                    link.sendall(data)
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass  # the switch closed on us: its right
        if count % 50 == 49:
            target.forgive()
        breathe()


KINDS: dict[str, Kind] = {
    "torture": torture, "sdp": sdp, "late": late, "forged": forged, "loopback": loopback, "storms": storms,
    "no-free-leg": no_free_leg, "rtp": rtp, "invite-flood": invite_flood, "digest-flood": digest_flood,
    "scanners": scanners, "names": names, "strangers": strangers, "garbage": garbage,
}  # fmt: skip


def attack(target: Target, name: str, seed: int, seconds: float) -> None:
    """One kind, and its calls ended."""
    try:
        KINDS[name](target, random.Random(f"{name} {seed}"), seconds)
    finally:
        end_calls(target)
