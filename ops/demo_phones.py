"""Phones for people without phones: registers the demo office's handsets and lets them call one another.

    make demo-phones        (python -m ops.demo_phones [--pace SECONDS])

Reads `<var>/demo-phones.json`, which `manage.py demo` writes. Each phone answers most calls, ignores or refuses some
(they end in voicemail), and now and then calls a colleague, talks, holds and hangs up. Ctrl-C unregisters all.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import random
import signal
import sys
from pathlib import Path

import instance
from ops.softphone.phone import Account, Call, Refused, Softphone
from ops.softphone.sound import to_ulaw, tone

log = logging.getLogger("demo_phones")
FILE = "demo-phones.json"
REFRESH = 60.0  # seconds between REGISTERs; they ask for 120


def accounts(path: Path) -> list[Account]:
    """Raises FileNotFoundError before `manage.py demo` ran."""
    return [Account(**row) for row in json.loads(path.read_text())]


def speech() -> bytes:
    """Ten soft notes, µ-law: unmistakable, and lighter on the ear than a steady tone."""
    notes = (392, 440, 494, 523, 587, 523, 494, 440, 392, 330)
    return b"".join(to_ulaw(tone(hz, 0.4, 3000)) for hz in notes)


async def answer_like_people(phone: Softphone, call: Call) -> None:
    """Seven of ten are answered after a ring or two, one refused as busy, two ignored."""
    mood = random.random()  # noqa: S311 - a play, not a secret
    if mood < 0.7:
        await asyncio.sleep(random.uniform(1.5, 6))  # noqa: S311
        phone.accept(call)
    elif mood < 0.8:
        phone.refuse(call, 486)


async def talk(call: Call, pace: float) -> None:
    """Talk, perhaps hold once, then hang up unless the other side was first."""
    end = asyncio.get_running_loop().time() + random.uniform(0.5, 3) * pace  # noqa: S311
    if random.random() < 0.3:  # noqa: S311
        await wait_end(call, 0.3 * pace)
        if not call.ended.is_set():
            await call.hold()
            await wait_end(call, 0.4 * pace)
            if not call.ended.is_set():
                await call.hold(on=False)
    await wait_end(call, max(0.0, end - asyncio.get_running_loop().time()))
    await call.hang_up()


async def wait_end(call: Call, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(call.ended.wait(), seconds)


async def stay_registered(phone: Softphone) -> None:
    while True:
        try:
            await phone.register()
        except Refused as refused:
            log.warning("phone.refused station=%s answer=%s", phone.account.station, refused)
        await asyncio.sleep(REFRESH)


async def live(phone: Softphone, colleagues: list[str], pace: float) -> None:
    """For ever: wait, call somebody if free, talk. `pace` is the length of a short call in seconds."""
    while True:
        await asyncio.sleep(random.expovariate(1 / (4 * pace)))
        if phone.calls:
            continue
        digits = random.choice(colleagues)  # noqa: S311
        try:
            call = await phone.call(digits)
            log.info("call.answered from=%s to=%s", phone.account.extension, digits)
            await talk(call, pace)
        except Refused as refused:
            log.info("call.failed from=%s to=%s answer=%s", phone.account.extension, digits, refused)


async def play(people: list[Account], server: tuple[str, int], address: str, pace: float) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    notes = speech()
    phones = [Softphone(account, server, address, notes, answer_like_people) for account in people]
    tasks = []
    for phone in phones:
        await phone.open()
        tasks.append(asyncio.create_task(stay_registered(phone)))
        colleagues = [a.extension for a in people if a.extension != phone.account.extension]
        tasks.append(asyncio.create_task(live(phone, colleagues, pace)))
        await asyncio.sleep(0.1)  # a dozen phones at one address at once would look like a flood
    print(f"{len(phones)} demo phones live at {server[0]}:{server[1]}. Watch Reports > Live Calls; Ctrl-C ends them.")
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*(phone.close() for phone in phones))


def main() -> int:
    parser = argparse.ArgumentParser(description="Phones of the demo office.")
    parser.add_argument("--pace", type=float, default=12.0, help="length of a short call, seconds")
    pace: float = parser.parse_args().pace
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    here = instance.load()
    try:
        people = accounts(here.var / FILE)
    except FileNotFoundError:
        print(f"There is no demo office in {here.var} yet: run `make demo` first.", file=sys.stderr)
        return 1
    host = "127.0.0.1" if here.sip.host == "0.0.0.0" else here.sip.host  # noqa: S104 - compared, not bound
    address = host if host.startswith("127.") else here.advertise
    asyncio.run(play(people, (host, here.sip.port), address, pace))
    return 0


if __name__ == "__main__":
    sys.exit(main())
