"""Raw requests to a real server: cookies and headers as no browser sends them, and values that headers reflect."""

import socket
from collections.abc import Iterator

import pytest

from tests import live
from tests.conftest import BACKEND

pytestmark = pytest.mark.skipif(BACKEND != "sqlite", reason="asks a server of its own")

HEADERS: dict[str, list[bytes]] = {
    "a huge cookie": [b"Cookie: session=" + b"a" * 30_000],
    "a header beyond every limit": [b"Cookie: session=" + b"a" * 60_000],
    "cookies twice": [b"Cookie: session=a", b"Cookie: session=b; session=c"],
    "cookies of no encoding": [b"Cookie: session=\xe9\xff\xfe; lang=\xff; size=\xff; form=\xff.\xff; device=\xff.\xff"],
    "cookies in Chinese": ["Cookie: session=护理; lang=护理; flash=护理; form=护.护; device=护.护; step=护".encode()],
    "quoted octal escapes": [b'Cookie: flash="\\000\\015\\012set-cookie: planted=1"; lang="\\145n"'],
    "cookies without names": [b"Cookie: ;;;=;=a;session;lang"],
    "very many cookies": [b"Cookie: " + b"; ".join(b"a%d=b" % number for number in range(1500))],
    "a flash of ours with a text of theirs": [b"Cookie: flash=eyJ0ZXh0IjogIllvdSB3b24ifQ=="],
    "forged sign-in cookies": [b"Cookie: form=a.b; session=x; step=y; device=1.00"],
    "languages without end": [b"Accept-Language: " + b"x," * 3000],
    "a language of no encoding": [b"Accept-Language: \xff;q=1, en;q=\xe9"],
    "a token of no encoding": [b"Authorization: Bearer \xff\xfe"],
    "no token": [b"Authorization: Bearer"],
    "another scheme": [b"Authorization: Basic \xff"],
    "conditions of no encoding": [b'If-None-Match: "\xff"', b"Range: bytes=0-,1-,2-", b"Accept: \xff;q=\xff"],
    "a forwarded address of nobody": [b"X-Forwarded-For: \xff\xff, a", b"X-Forwarded-Host: evil.example"],
    "two lengths": [b"Transfer-Encoding: chunked", b"Content-Length: 5"],
    "an upgrade": [b"Upgrade: websocket", b"Connection: upgrade"],
    "a resumed stream of no encoding": [b"Last-Event-ID: \xff", b"Idempotency-Key: \xff"],
}
ADDRESSES = [b"/", b"/login", b"/register", b"/admin", b"/exhibitors", b"/api/v1/edition", b"/api/v1/exhibitors"]
REFLECTED = [
    b"/preferences?lang=en&next=/%0d%0aset-cookie:planted=1",
    b"/preferences?lang=en&next=/%E2%80%A8planted",
    b"/preferences?lang=en&next=//evil.example",
    b"/preferences?lang=en%0d%0aset-cookie:planted=1",
    b"/login?next=/a%0d%0aset-cookie:planted=1",
    b"/admin?x=%0d%0aset-cookie:planted=1",
    b"/admin/exhibitors?%0d%0aset-cookie:planted=1",
    b"/editions/%0d%0aset-cookie:planted=1",
    b"//evil.example/",
    b"/%ff%fe?%ff",
    b"/static/..%2f..%2fapp.py",
    b"/api/v1/edition?edition=%00",
]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    home = tmp_path_factory.mktemp("hostile")
    with live.running(home, seed="") as url:
        yield int(url.rpartition(":")[2])
    log = (home / "server.log").read_text()
    assert "Traceback" not in log
    assert '"level":"error"' not in log


def asked(port: int, address: bytes, *headers: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body."""
    lines = [b"GET " + address + b" HTTP/1.1", b"Host: 127.0.0.1:%d" % port, b"Connection: close", *headers]
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"\r\n".join([*lines, b"", b""]))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head[9:12]), head.lower(), body


@pytest.mark.parametrize("headers", list(HEADERS.values()), ids=list(HEADERS))
def test_headers_as_no_browser_sends_them_are_answered_or_refused(port: int, headers: list[bytes]) -> None:
    for address in ADDRESSES:
        status, head, body = asked(port, address, *headers)
        assert status < 500, (address, status)
        assert b"planted" not in head
        assert b"You won" not in body
        assert b"evil.example" not in head + body


@pytest.mark.parametrize("address", REFLECTED)
def test_nothing_of_an_address_becomes_a_header(port: int, address: bytes) -> None:
    status, head, _ = asked(port, address)
    assert status < 500
    assert b"\nset-cookie: planted" not in head
    assert b"\nset-cookie:planted" not in head
    assert b"\nlocation: //" not in head
    assert b"location: http" not in head
