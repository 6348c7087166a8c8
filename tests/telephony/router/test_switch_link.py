"""The protocol of the link: netstrings in any pieces, RPC answers, broken streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.router.server import RpcFailed, SwitchLink


def frame(message: Any) -> bytes:
    raw = json.dumps(message).encode()
    return b"%d:%b," % (len(raw), raw)


class Pair:
    """A link whose other end is the test's stream."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.link: SwitchLink
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def open(self) -> Pair:
        connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.reader, self.writer = reader, writer
            connected.set_result(None)

        self.server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        _, self.link = await loop.create_connection(
            lambda: SwitchLink(self.messages.append, lambda link: None), "127.0.0.1", port
        )
        await connected
        return self

    async def close(self) -> None:
        self.writer.close()
        if self.link.transport is not None:
            self.link.transport.abort()
        self.server.close()

    async def sent(self) -> dict[str, Any]:
        length = int((await self.reader.readuntil(b":"))[:-1])
        data = await self.reader.readexactly(length + 1)
        return json.loads(data[:-1])  # type: ignore[no-any-return]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(3):
            while len(self.messages) < count:
                await asyncio.sleep(0.005)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    made = await Pair().open()
    yield made
    await made.close()


async def test_messages_arrive_whole_whatever_the_pieces(pair: Pair) -> None:
    data = frame({"t": "reg", "aor": "5111"}) + frame({"t": "fin", "cid": "ü"}) + frame({"t": "q"})
    for position in range(0, len(data), 7):
        pair.writer.write(data[position : position + 7])
        await pair.writer.drain()
    await pair.until(3)
    assert [m["t"] for m in pair.messages] == ["reg", "fin", "q"]


async def test_one_unreadable_message_costs_only_itself(pair: Pair) -> None:
    pair.writer.write(b"3:{x},")
    pair.writer.write(b"2:[],")
    pair.writer.write(frame({"t": "q"}))
    await pair.until(1)
    assert pair.messages == [{"t": "q"}]


async def test_a_handler_that_fails_does_not_end_the_link(pair: Pair) -> None:
    def fail_once(message: dict[str, Any]) -> None:
        pair.messages.append(message)
        if len(pair.messages) == 1:
            raise KeyError("i")

    pair.link.on_message = fail_once
    pair.writer.write(frame({"t": "q"}) + frame({"t": "q"}))
    await pair.until(2)


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"99999999999:", b"-1:x,", b"999999999:x"])
async def test_a_stream_without_frames_is_given_up(pair: Pair, garbage: bytes) -> None:
    pair.writer.write(garbage)
    async with asyncio.timeout(3):
        await pair.link.closed


async def test_rpc_answers_find_their_question_in_any_order(pair: Pair) -> None:
    first = pair.link.start({"method": "core.uptime", "params": []})
    second = pair.link.start({"method": "dlg.list", "params": []})
    asked = [await pair.sent(), await pair.sent()]
    assert [one["rpc"]["method"] for one in asked] == ["core.uptime", "dlg.list"]
    pair.writer.write(frame({"t": "rpc", "rid": asked[1]["rid"], "r": {"jsonrpc": "2.0", "result": [], "id": 1}}))
    pair.writer.write(frame({"t": "rpc", "rid": asked[0]["rid"], "r": {"jsonrpc": "2.0", "result": 7, "id": 1}}))
    assert (await first)["result"] == 7
    assert (await second)["result"] == []


async def test_a_refused_rpc_and_a_lost_link_are_said(pair: Pair) -> None:
    refused = pair.link.start({"method": "x", "params": []})
    asked = await pair.sent()
    error = {"jsonrpc": "2.0", "error": {"code": -1, "message": "Method Not Found"}, "id": 1}
    pair.writer.write(frame({"t": "rpc", "rid": asked["rid"], "r": error}))
    with pytest.raises(RpcFailed, match="Method Not Found"):
        await refused
    lost = pair.link.start({"method": "x", "params": []})
    pair.writer.close()
    with pytest.raises(RpcFailed, match="went away"):
        await lost
    with pytest.raises(RpcFailed, match="not connected"):
        await pair.link.call({"method": "x", "params": []})


@given(pieces=st.lists(st.binary(max_size=40), max_size=12))
def test_no_bytes_make_the_reader_fail(pieces: list[bytes]) -> None:
    async def feed() -> None:
        link = SwitchLink(lambda message: None, lambda link: None)
        for piece in pieces:
            link.data_received(piece)

    asyncio.run(feed())
