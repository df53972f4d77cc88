"""Whatever is held before a camera: never let in, never a failure of ours.

``YINBO_TEST_HOSTILE`` is the number of codes; 100,000 take some minutes.
"""

import asyncio
import os
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkin import codes
from checkin.tables import BadgeKind, Scan
from core import clock
from core.accounts.roles import Role
from tests.checkin.gates import Phone, badges_of, gate
from tests.conftest import serving
from tests.expo import an_edition
from tests.world import token_for

CODES = int(os.environ.get("YINBO_TEST_HOSTILE", "1500"))
AT_ONCE = 50
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def forged(real: str) -> st.SearchStrategy[str]:
    """Like a code of ours, and none."""
    key = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    signed = st.builds(
        lambda kind, number, uid: codes.make(key, codes.Claims(kind, number, uid, ())),
        st.sampled_from(BadgeKind),
        st.integers(1, 255),
        st.integers(0, 2**40 - 1),
    )
    flipped = st.builds(
        lambda at, by: real[:at] + BASE45[(BASE45.find(real[at]) + by) % 45] + real[at + 1 :],
        st.integers(0, len(real) - 1),
        st.integers(1, 44),
    )
    cut = st.builds(lambda begin, end: real[begin:end], st.integers(0, 60), st.integers(60, len(real)))
    grown = st.builds(lambda more: real + more, st.text(min_size=1, max_size=20))
    shaped = st.text(BASE45, min_size=114, max_size=114).map(lambda rest: codes.PREFIX + rest)
    binary = st.binary(max_size=200).map(lambda raw: raw.decode("latin-1"))
    long = st.text(max_size=40).map(lambda part: (part or "x") * 110)
    foreign = st.sampled_from(["https://example.com/t/1", "WIFI:S:x;;", "YB:", "yb:0", "BEGIN:VCARD\nFN:示例", ""])
    return st.one_of(signed, flipped, cut, grown, shaped, binary, long, foreign, st.text(max_size=300))


def test_no_hostile_code_is_let_in_and_none_is_a_failure(database: None) -> None:
    with asyncio.Runner() as runner:
        clients: list[httpx.AsyncClient] = []
        over = asyncio.Event()

        async def served() -> None:
            async with serving() as client:
                clients.append(client)
                await over.wait()

        async def prepared() -> tuple[Phone, str]:
            while not clients and not server.done():
                await asyncio.sleep(0.01)
            [client] = clients
            edition = await an_edition()
            await gate(edition, reentry="free")
            [badge] = await badges_of(edition)
            return Phone(client, await token_for(Role.gate)), badge.code

        server = runner.get_loop().create_task(served())
        phone, real = runner.run(prepared())
        sent = 0

        async def send(several: list[str]) -> None:
            now = clock.now().isoformat()
            scans = [
                {"code": code, "checkpoint": "GATE-1", "nonce": f"h-{sent}-{n}", "scanned_at": now, "offline": False}
                for n, code in enumerate(several)
            ]
            answer = await phone.post("scans/batch", {"device_time": now, "scans": scans})
            assert answer.status_code == 200, answer.text
            for code, one in zip(several, answer.json()["results"], strict=True):
                assert one["verdict"] == "refused", code
            single = await phone.send(several[0])
            assert (single.status_code, single.json()["verdict"]) == (200, "refused"), several[0]

        def unlike(code: str) -> bool:
            # What only differs as hands and scanners do is the code itself; NUL is refused by the gateway.
            return codes.normalized(code) != real and "\0" not in code

        @settings(
            max_examples=max(1, CODES // AT_ONCE),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(st.lists(forged(real).filter(unlike), min_size=AT_ONCE, max_size=AT_ONCE))
        def check(several: list[str]) -> None:
            nonlocal sent
            sent += 1
            runner.run(send(several))

        check()

        async def admitted() -> Any:
            return await Scan.count().where(Scan.verdict == "admitted")

        assert runner.run(admitted()) == 0

        async def end() -> None:
            over.set()
            await server

        runner.run(end())
