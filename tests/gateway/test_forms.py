"""What was typed into a form, and what only claims to be one."""

from typing import Any

import httpx
import pytest
from litestar import Request, post

from gateway.access import PUBLIC
from gateway.forms import form_of
from tests.gateway.small import small
from tests.world import csrf_in

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]
EDGE = "multipart/form-data; boundary=edge"


@post("/say", opt=PUBLIC)
async def say(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    return (await form_of(request)).many


async def sent(client: httpx.AsyncClient, kind: str, *parts: tuple[bytes, bytes]) -> httpx.Response:
    token = csrf_in((await client.get("/login")).text)
    disposed = [(b'Content-Disposition: form-data; name="_csrf"', token.encode()), *parts]
    body = b"".join(b"--edge\r\n%s\r\n\r\n%s\r\n" % part for part in disposed) + b"--edge--\r\n"
    return await client.post("/say", content=body, headers={"content-type": kind})


async def test_a_part_in_utf8_is_read() -> None:
    async with small(say) as client:
        answer = await sent(client, EDGE, (b'Content-Disposition: form-data; name="name"', "银博".encode()))
        assert answer.json()["name"] == ["银博"]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b'Content-Disposition: form-data; name="name"', b"\xff\xfe"),
        (b'Content-Disposition: form-data; name="name"', b"\xed\xa0\x80"),
        (b'Content-Disposition: form-data; name="name"\r\nContent-Type: text/plain; charset=nope', b"x"),
        (b'Content-Disposition: form-data; name="\xff"', b"x"),
        (b"Content-Disposition: attachment", b"x"),
        (b"X-Nothing: here", b"x"),
    ],
)
async def test_a_part_that_is_no_text_is_the_senders_fault(head: bytes, body: bytes) -> None:
    async with small(say) as client:
        assert (await sent(client, EDGE, (head, body))).status_code == 400


async def test_bytes_that_are_no_utf8_in_a_plain_form_are_no_failure_of_ours() -> None:
    async with small(say) as client:
        token = csrf_in((await client.get("/login")).text)
        body = b"_csrf=" + token.encode() + b"&name=%ff%fe&mail=%ed%a0%80&raw=\xff"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert (await client.post("/say", content=body, headers=headers)).status_code < 500
