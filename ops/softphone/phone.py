"""One asyncio SIP phone on UDP: registers, calls, answers, holds, talks. Many fit into one process.

What it does not do: TCP, forks with several dialogs, any codec but PCMU. It plays `speech` to whom it calls and sends
back what it hears to whoever calls it, so a person who dials it hears himself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ops.softphone.message import (
    Message,
    NotSip,
    authorization,
    host_of,
    media_of,
    parse,
    sdp,
    token,
    uri_of,
)  # fmt: skip
from ops.softphone.voice import Address, Datagrams, Voice

log = logging.getLogger("softphone")
TIMER_B = 8.0  # seconds until a request without any answer is given up


@dataclass(frozen=True)
class Account:
    station: str  # the User ID to register as
    login_id: str
    password: str
    name: str
    extension: str


class Refused(Exception):
    """A request ended with a failure; `code` is 408 when nobody answered."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Call:
    """A dialog. `ended` is set by whichever side hangs up first."""

    def __init__(self, phone: Softphone, request: Message, *, outgoing: bool) -> None:
        self.phone, self.request, self.outgoing = phone, request, outgoing
        self.tag = token()
        self.local = request.get("From") if outgoing else f"{request.get('To')};tag={self.tag}"
        self.remote = request.get("To") if outgoing else request.get("From")
        self.target = request.uri if outgoing else uri_of(request.get("Contact"))
        self.routes = [] if outgoing else request.all("Record-Route")
        self.voice = Voice(phone.speech if outgoing else b"")
        self.answered = False
        self.version = 1
        self.ended = asyncio.Event()

    def learn(self, answer: Message) -> None:
        self.remote, self.target = answer.get("To"), uri_of(answer.get("Contact"))
        self.routes = list(reversed(answer.all("Record-Route")))
        self.answered = True
        self.voice.aim(answer.body)

    def within(self, method: str, cseq: int = 0) -> Message:
        message = self.phone.request(method, self.target, call_id=self.request.call_id, cseq=cseq)
        message.put("From", self.local).put("To", self.remote)
        for route in self.routes:
            message.add("Route", route)
        return message

    def next_hop(self) -> Address:
        return host_of(uri_of(self.routes[0])) if self.routes else self.phone.server

    def offer(self, direction: str = "sendrecv") -> str:
        return sdp(self.phone.address, self.voice.port, direction, self.version)

    async def hold(self, on: bool = True) -> None:
        self.version += 1
        request = self.within("INVITE").add("Content-Type", "application/sdp")
        request.body = self.offer("sendonly" if on else "sendrecv")
        answer = await self.phone.transact(request, self.next_hop())
        self.phone.send(self.within("ACK", request.cseq), self.next_hop())
        if answer.body:
            self.voice.aim(answer.body)
        if on:
            self.voice.target = None

    async def hang_up(self) -> None:
        if not self.ended.is_set():
            self.finish()
            try:
                await self.phone.transact(self.within("BYE"), self.next_hop())
            except Refused as refused:
                log.info("call.bye_refused station=%s code=%d", self.phone.account.station, refused.code)

    def finish(self) -> None:
        self.ended.set()
        self.voice.close()
        self.phone.calls.pop(self.request.call_id, None)


Policy = Callable[["Softphone", Call], Awaitable[None]]


class Softphone:
    """`policy` is awaited in a task of its own for every incoming call, which already rings."""

    def __init__(self, account: Account, server: Address, address: str, speech: bytes, policy: Policy) -> None:
        self.account, self.server, self.address = account, server, address
        self.speech, self.policy = speech, policy
        self.calls: dict[str, Call] = {}
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: dict[tuple[str, str], asyncio.Queue[Message]] = {}
        self._answers: dict[tuple[str, str], Message] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._cseq = 0
        self._registration = token(16)

    # -- life ----------------------------------------------------------------------------------
    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self._receive), local_addr=(self.address, 0)
        )
        self.port = self._transport.get_extra_info("sockname")[1]

    async def register(self, expires: int = 120) -> None:
        """Raises Refused."""
        host, port = self.server
        request = self.request("REGISTER", f"sip:{host}:{port}", call_id=self._registration)
        request.put("To", f"<{self.identity}>").add("Expires", str(expires))
        await self.transact(request, self.server)

    async def close(self) -> None:
        for call in list(self.calls.values()):
            if call.answered:
                await call.hang_up()
            else:
                call.finish()
        try:
            await asyncio.wait_for(self.register(expires=0), 2)
        except (Refused, TimeoutError):
            log.info("phone.not_unregistered station=%s", self.account.station)
        for task in self._tasks:
            task.cancel()
        if self._transport is not None:
            self._transport.close()

    @property
    def identity(self) -> str:
        return f"sip:{self.account.station}@{self.server[0]}:{self.server[1]}"

    # -- requests ------------------------------------------------------------------------------
    def request(self, method: str, uri: str, *, call_id: str = "", cseq: int = 0) -> Message:
        if not cseq:
            self._cseq += 1
            cseq = self._cseq
        message = Message(f"{method} {uri} SIP/2.0").add("Via", self._via()).add("Max-Forwards", "70")
        message.add("From", f'"{self.account.name}" <{self.identity}>;tag={token()}').add("To", f"<{uri}>")
        message.add("Call-ID", call_id or token(20)).add("CSeq", f"{cseq} {method}")
        return message.add("Contact", f"<sip:{self.account.station}@{self.address}:{self.port}>").add(
            "User-Agent", "Switchroom demo phone"
        )

    def _via(self) -> str:
        return f"SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{token(12)};rport"

    def send(self, message: Message, to: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(message.encode(), to)

    async def transact(self, request: Message, to: Address, ringing: float = TIMER_B) -> Message:
        """Send with retransmissions, answer one challenge; the 2xx. Raises Refused for anything else.

        `ringing`: how long a final response may take once a provisional one came, seconds.
        """
        answer = await self._once(request, to, ringing)
        if answer.code in (401, 407):
            kind = "WWW-Authenticate" if answer.code == 401 else "Proxy-Authenticate"
            name = "Authorization" if answer.code == 401 else "Proxy-Authorization"
            self._acknowledge(request, answer, to)
            account = self.account
            self._cseq = max(self._cseq, request.cseq) + 1
            request.put("Via", self._via()).put("CSeq", f"{self._cseq} {request.method}").put(
                name, authorization(answer.get(kind), request.method, request.uri, account.login_id, account.password)
            )
            answer = await self._once(request, to, ringing)
        if answer.code >= 300:
            self._acknowledge(request, answer, to)
            raise Refused(answer.code, answer.reason)
        return answer

    def _acknowledge(self, request: Message, answer: Message, to: Address) -> None:
        if request.method != "INVITE":
            return
        ack = Message(f"ACK {request.uri} SIP/2.0").add("Via", request.get("Via")).add("Max-Forwards", "70")
        ack.add("From", request.get("From")).add("To", answer.get("To")).add("Call-ID", request.call_id)
        self.send(ack.add("CSeq", f"{request.cseq} ACK"), to)

    async def _once(self, request: Message, to: Address, ringing: float) -> Message:
        key = (request.branch, request.method)
        queue = self._waiting[key] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        try:
            self.send(request, to)
            interval, end, trying = 0.5, loop.time() + TIMER_B, False
            while loop.time() < end:
                try:
                    answer = await asyncio.wait_for(queue.get(), interval if not trying else end - loop.time())
                except TimeoutError:
                    if not trying:
                        self.send(request, to)
                        interval = min(interval * 2, 4.0)
                    continue
                if answer.code >= 200:
                    return answer
                trying, end = True, loop.time() + ringing
            raise Refused(408, "nobody answered")
        finally:
            del self._waiting[key]

    async def call(self, digits: str, patience: float = 60.0) -> Call:
        """Returns once answered; gives up (CANCEL) after `patience` seconds. Raises Refused."""
        host, port = self.server
        request = self.request("INVITE", f"sip:{digits}@{host}:{port}").add("Content-Type", "application/sdp")
        call = Call(self, request, outgoing=True)
        await call.voice.open(self.address)
        request.body = call.offer()
        self.calls[request.call_id] = call
        try:
            answer = await self.transact(request, self.server, patience)
        except Refused as refused:
            if refused.code == 408:
                cancel = Message(f"CANCEL {request.uri} SIP/2.0").add("Via", request.get("Via"))
                cancel.add("Max-Forwards", "70").add("From", request.get("From")).add("To", request.get("To"))
                self.send(cancel.add("Call-ID", request.call_id).add("CSeq", f"{request.cseq} CANCEL"), self.server)
            call.finish()
            raise
        call.learn(answer)
        self.send(call.within("ACK", request.cseq), call.next_hop())
        return call

    # -- what arrives --------------------------------------------------------------------------
    def _receive(self, data: bytes, source: Address) -> None:
        try:
            message = parse(data, source)
        except NotSip:
            return
        if message.is_response:
            queue = self._waiting.get((message.branch, message.method))
            if queue is not None:
                queue.put_nowait(message)
            elif message.method == "INVITE" and message.code >= 200:  # the 487 after our CANCEL
                self._acknowledge(Message(f"INVITE {self.identity} SIP/2.0", message.headers), message, source)
            return
        if message.method == "ACK":
            return
        known = self._answers.get((message.branch, message.method))
        if known is not None:
            self.send(known, source)
            return
        self._obey(message)

    def answer(self, request: Message, code: int, tag: str, body: str = "") -> None:
        reply = request.reply(code, to_tag=tag, body=body)
        reply.add("Contact", f"<sip:{self.account.station}@{self.address}:{self.port}>")
        if len(self._answers) > 200:
            self._answers.pop(next(iter(self._answers)))
        self._answers[(request.branch, request.method)] = reply
        self.send(reply, request.source)

    def _obey(self, request: Message) -> None:
        call = self.calls.get(request.call_id)
        if request.method == "INVITE":
            if call is None:
                self._ring(request)
            else:
                call.version += 1
                asked = media_of(request.body).direction if request.body else "sendrecv"
                direction = {"sendonly": "recvonly", "recvonly": "sendonly"}.get(asked, asked)
                self.answer(request, 200, call.tag, call.offer(direction))
                if request.body:
                    call.voice.aim(request.body)
        elif request.method == "BYE":
            self.answer(request, 200 if call else 481, token())
            if call is not None:
                call.finish()
        elif request.method == "CANCEL":
            self.answer(request, 200, token())
            if call is not None and not call.answered:
                self.answer(call.request, 487, call.tag)
                call.finish()
        else:  # OPTIONS, NOTIFY, INFO: alive and content
            self.answer(request, 200, call.tag if call else token())

    def _ring(self, request: Message) -> None:
        call = Call(self, request, outgoing=False)
        self.calls[request.call_id] = call
        self.answer(request, 180, call.tag)
        task = asyncio.create_task(self._decide(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _decide(self, call: Call) -> None:
        await call.voice.open(self.address)
        await self.policy(self, call)

    def accept(self, call: Call) -> None:
        if call.ended.is_set():
            return
        call.answered = True
        self.answer(call.request, 200, call.tag, call.offer())
        if call.request.body:
            call.voice.aim(call.request.body)

    def refuse(self, call: Call, code: int = 486) -> None:
        if not call.ended.is_set():
            self.answer(call.request, code, call.tag)
            call.finish()
