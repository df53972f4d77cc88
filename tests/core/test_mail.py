"""Mail against a real SMTP server that refuses, delays, drops and restarts: each arrives, none blocks another."""

import asyncio
import os
import signal
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.accounts.roles import CLI
from core.config import Settings, settings
from core.db import transaction
from core.mail import aftercare, rules, sending
from core.mail.delivery import Outcome, Timeouts
from core.mail.sending import Pace, claim, settle
from core.mail.services import TEMPLATES, Message, compose, enqueue, withdraw
from core.mail.tables import MailBounce, MailMessage, MailState
from core.mail.wire import server_of
from tests.certificate import self_signed
from tests.postbox import Postbox, postbox

pytestmark = pytest.mark.anyio
QUICK = Pace(
    first_pause=timedelta(milliseconds=20),
    longest_pause=timedelta(milliseconds=50),
    idle=0.05,
    unreachable=(0.02, 0.1),
    timeouts=Timeouts(connect=5, answer=5, data=5, whole=10),
    stop=1,
)
HELLO = Message("hello", "en", "Hello 银博", "Plain text, 您好\n", "<p>您好</p>")


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def set_url(url: str) -> None:
        monkeypatch.setenv("YINBO_SMTP_URL", url)
        settings.cache_clear()

    yield set_url
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def box(opened: None, configured: Callable[[str], None]) -> AsyncIterator[Postbox]:
    async with postbox() as made:
        configured(f"smtp://127.0.0.1:{made.port}")
        yield made


@asynccontextmanager
async def sender(pace: Pace = QUICK) -> AsyncIterator[None]:
    async with sending.worker(pace):
        yield


async def post(*addresses: str, message: Message = HELLO, **more: Any) -> None:
    for address in addresses:
        async with transaction():
            await enqueue(address, message, **more)


async def states() -> dict[str, str]:
    rows = await MailMessage.select(MailMessage.to_address, MailMessage.state)
    return {row["to_address"].partition("@")[0]: row["state"] for row in rows}


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.01)


async def until_states(**wanted: str) -> None:
    async def holds() -> bool:
        return await states() == wanted

    await until(holds)


async def only() -> dict[str, Any]:
    rows = await MailMessage.select()
    assert len(rows) == 1
    return rows[0]


async def test_a_mail_arrives_with_both_texts_and_its_headers(box: Postbox) -> None:
    async with sender():
        await post("li@example.com", to_name="示例 李", key="one")
        await box.until(1)
        await until_states(li="sent")
    mail, row = box.mails[0], await only()
    assert mail["Subject"] == "Hello 银博"
    assert mail["To"].addresses[0].display_name == "示例 李"
    assert mail["From"] == "Yinbo <noreply@[127.0.0.1]>"
    assert mail["Message-ID"] == row["message_id"]
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "en")
    assert abs(mail["Date"].datetime - clock.now()) < timedelta(minutes=1)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain
    assert plain.get_content().splitlines() == ["Plain text, 您好"]
    assert html
    assert html.get_content().strip() == "<p>您好</p>"
    assert (row["attempts"], row["last_answer"], row["claimed_until"]) == (1, "250 Taken", None)


async def test_a_mail_of_a_transaction_that_is_rolled_back_is_never_sent(box: Postbox) -> None:
    async def refused() -> None:
        async with transaction():
            await enqueue("li@example.com", HELLO)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await refused()
    assert await MailMessage.count() == 0


async def test_many_go_over_few_connections(box: Postbox) -> None:
    await post(*(f"n{n}@example.com" for n in range(20)))
    async with sender():
        await box.until(20)
    assert len(set(box.addresses())) == 20
    assert box.connections <= QUICK.lanes


async def test_a_server_that_closes_after_some_messages_gets_all(box: Postbox) -> None:
    box.closes_after = 3
    await post(*(f"n{n}@example.com" for n in range(12)))
    async with sender():
        await box.until(12)

        async def all_sent() -> bool:
            return set((await states()).values()) == {"sent"}

        await until(all_sent)
    assert len(box.mails) == 12
    assert box.connections >= 4


async def test_a_refused_recipient_fails_for_good_and_is_noted(box: Postbox) -> None:
    box.refuses["bad@example.com"] = "550 5.1.1 no such user"
    await post("bad@example.com", "good@example.com")
    async with sender():
        await until_states(bad="failed", good="sent")
    row = await MailMessage.select().where(MailMessage.to_address == "bad@example.com").first()
    assert row
    assert (row["attempts"], row["last_answer"]) == (1, "550 5.1.1 no such user")
    bounce = await MailBounce.select(MailBounce.address, MailBounce.answer)
    assert bounce == [{"address": "bad@example.com", "answer": "550 5.1.1 no such user"}]


async def test_an_address_that_takes_mail_again_is_no_longer_noted(box: Postbox) -> None:
    box.refuses["li@example.com"] = "550 no"
    async with sender():
        await post("li@example.com")
        await until_states(li="failed")
        del box.refuses["li@example.com"]
        await aftercare.retry(CLI, (await only())["id"])
        await until_states(li="sent")
    assert await MailBounce.count() == 0


async def test_refused_content_fails_but_blames_no_address(box: Postbox) -> None:
    box.data_answer = "554 5.7.1 looks like spam"
    async with sender():
        await post("li@example.com")
        await until_states(li="failed")
    assert (await only())["last_answer"] == "554 5.7.1 looks like spam"
    assert await MailBounce.count() == 0


async def test_greylisted_mail_is_tried_again_later(box: Postbox) -> None:
    box.refuses["li@example.com"] = "451 4.7.1 come back later"
    async with sender():
        await post("li@example.com")
        await box.until(1)
        await until_states(li="sent")
    assert (await only())["attempts"] == 2


async def test_a_dropped_connection_inside_data_is_tried_again_under_the_same_id(box: Postbox) -> None:
    box.drops["li@example.com"] = 2
    async with sender():
        await post("li@example.com", "wang@example.com")
        await box.until(2)
        await until_states(li="sent", wang="sent")
    assert box.addresses() == ["li@example.com", "wang@example.com"]


async def test_a_mail_whose_answer_was_lost_comes_twice_with_one_message_id(box: Postbox) -> None:
    box.forgets_to_answer["li@example.com"] = 1
    async with sender():
        await post("li@example.com")
        await box.until(2)
        await until_states(li="sent")
    assert {mail["Message-ID"] for mail in box.mails} == {(await only())["message_id"]}


async def test_a_slow_recipient_holds_up_nobody(box: Postbox) -> None:
    box.delays["slow@example.com"] = asyncio.Event()
    await post("slow@example.com", *(f"n{n}@example.com" for n in range(5)))
    async with sender():
        await box.until(5)
        assert (await states())["slow"] == "sending"
        box.delays["slow@example.com"].set()
        await box.until(6)


async def test_a_server_that_never_answers_runs_into_the_timeout(box: Postbox) -> None:
    box.delays["slow@example.com"] = asyncio.Event()
    pace = Pace(timeouts=Timeouts(answer=0.1, whole=1), idle=0.05, stop=1)
    async with sender(pace):
        await post("slow@example.com")

        async def tried() -> bool:
            row = await only()
            return (row["state"], row["attempts"]) == ("queued", 1)

        await until(tried)
    row = await only()
    box.delays["slow@example.com"].set()
    assert "Timeout" in row["last_answer"]
    assert timedelta(seconds=40) < row["next_attempt_at"] - clock.now() < timedelta(seconds=80)


async def test_a_server_that_restarts_on_its_port_gets_everything(box: Postbox) -> None:
    async with sender():
        await post("a@example.com")
        await box.until(1)
        port = box.port
        await box.close()
        await post("b@example.com", "c@example.com")

        async def tried() -> bool:
            rows = await MailMessage.select(MailMessage.last_answer).where(MailMessage.state != MailState.sent.value)
            return any(row["last_answer"] for row in rows)

        await until(tried)
        await box.open(port)
        await box.until(3)
        await until_states(a="sent", b="sent", c="sent")
    tries = await MailMessage.select(MailMessage.attempts)
    assert max(row["attempts"] for row in tries) == 1, "an outage uses up nobody's tries"


async def test_an_outage_of_two_days_gives_up(opened: None, configured: Callable[[str], None]) -> None:
    configured("smtp://127.0.0.1:1")
    await post("li@example.com")
    with clock.moved(timedelta(hours=49)):
        async with sender():
            await until_states(li="failed")
    assert "Connect" in (await only())["last_answer"]


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of a certificate of its own, that this process trusts."""
    cert, key = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def test_starttls_and_a_password_with_odd_characters(
    opened: None, configured: Callable[[str], None], tls: ssl.SSLContext
) -> None:
    async with postbox(context=tls, login=("expo@example.org", "p@ss/wörd:1")) as box:
        configured(
            f"smtp://expo%40example.org:p%40ss%2Fw%C3%B6rd%3A1@127.0.0.1:{box.port}"
            "?tls=starttls&from=Expo%20%3Cexpo%40example.org%3E"
        )
        async with sender():
            await post("li@example.com")
            await box.until(1)
            await until_states(li="sent")
        assert box.mails[0]["From"] == "Expo <expo@example.org>"


async def test_a_wrong_password_costs_no_mail_its_tries(
    opened: None, configured: Callable[[str], None], tls: ssl.SSLContext
) -> None:
    async with postbox(context=tls, login=("expo", "right")) as box:
        configured(f"smtp://expo:wrong@127.0.0.1:{box.port}?tls=starttls")
        await post("li@example.com")

        async def tried() -> bool:
            return str((await only())["last_answer"]).startswith("535")

        async with sender():
            await until(tried)
        assert ((await only())["state"], (await only())["attempts"]) == ("queued", 0)


async def test_an_untrusted_certificate_gets_no_password(
    opened: None, configured: Callable[[str], None], tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with postbox(context=tls, login=("expo", "right")) as box:
        configured(f"smtp://expo:right@127.0.0.1:{box.port}?tls=starttls")
        await post("li@example.com")

        async def tried() -> bool:
            return "CERTIFICATE_VERIFY_FAILED" in (await only())["last_answer"]

        async with sender():
            await until(tried)
        assert box.mails == []


async def test_of_many_claims_at_once_one_gets_the_mail(box: Postbox) -> None:
    await post("li@example.com")
    claims = await asyncio.gather(*(claim("w", timedelta(minutes=4)) for _ in range(8)))
    assert sum(row is not None for row in claims) == 1


async def test_a_claim_that_has_ended_is_another_ones(box: Postbox) -> None:
    await post("li@example.com")
    first = await claim("dead", timedelta(minutes=4))
    assert first
    assert await claim("early", timedelta(minutes=4)) is None
    with clock.moved(timedelta(minutes=5)):
        second = await claim("late", timedelta(minutes=4))
    assert second
    assert second["message_id"] == first["message_id"]
    await settle(first, Outcome("later", "451 too late to say"), QUICK)
    assert (await only())["state"] == "sending"
    await settle(second, Outcome("sent", "250"), QUICK)
    assert (await only())["state"] == "sent"


async def test_several_senders_send_each_once(box: Postbox) -> None:
    await post(*(f"n{n}@example.com" for n in range(30)))
    async with sender(), sender(), sender():
        await box.until(30)

        async def all_sent() -> bool:
            return set((await states()).values()) == {"sent"}

        await until(all_sent)
    assert sorted(Counter(box.addresses()).values()) == [1] * 30


async def test_a_key_is_mailed_once_and_may_be_taken_back_before(box: Postbox) -> None:
    await post("li@example.com", key="k")
    await post("li@example.com", key="k")
    assert await MailMessage.count() == 1
    assert await withdraw("k")
    assert not await withdraw("k")
    await post("li@example.com", key="k")
    assert await claim("w", timedelta(minutes=1))
    assert not await withdraw("k"), "it is on its way"


async def test_a_mail_for_later_waits(box: Postbox) -> None:
    await post("later@example.com", not_before=clock.now() + timedelta(hours=1))
    assert await claim("w", timedelta(minutes=1)) is None
    with clock.moved(timedelta(hours=2)):
        assert await claim("w", timedelta(minutes=1))


async def test_chinese_domains_and_mailboxes(box: Postbox) -> None:
    await post("li@示例.com", "李@example.com")
    async with sender():
        await box.until(2)
    assert box.addresses() == ["li@xn--fsq092h.com", "李@example.com"]


async def test_without_a_server_mail_is_kept_and_sent_when_there_is_one(
    opened: None, configured: Callable[[str], None]
) -> None:
    async with sender():
        await post("li@example.com", "wang@example.com")
    assert set((await states()).values()) == {"kept"}
    with pytest.raises(aftercare.NoServer):
        await aftercare.send_kept(CLI)
    async with postbox() as box:
        configured(f"smtp://127.0.0.1:{box.port}")
        async with sender():
            kept = await MailMessage.select(MailMessage.id).where(MailMessage.to_address == "li@example.com")
            assert await aftercare.send_kept(CLI, [row["id"] for row in kept]) == 1
            await until_states(li="sent", wang="kept")
            assert await aftercare.send_kept(CLI) == 1
            await until_states(li="sent", wang="sent")


async def test_retrying_all_failed_leaves_out_refused_addresses(box: Postbox) -> None:
    box.refuses["bad@example.com"] = "550 no"
    box.data_answer = "554 no"
    await post("bad@example.com", "good@example.com")
    async with sender():
        await until_states(bad="failed", good="failed")
        box.data_answer = ""
        assert await aftercare.retry_failed(CLI) == 1
        await until_states(bad="failed", good="sent")
        bounce = await MailBounce.select(MailBounce.id)
        await aftercare.clear_bounce(CLI, bounce[0]["id"])
        box.refuses.clear()
        assert await aftercare.retry_failed(CLI) == 1
        await until_states(bad="sent", good="sent")


async def test_a_sent_mail_is_not_retried(box: Postbox) -> None:
    async with sender():
        await post("li@example.com")
        await until_states(li="sent")
        with pytest.raises(aftercare.NotNow):
            await aftercare.retry(CLI, (await only())["id"])


async def test_a_link_that_lets_somebody_in_is_forgotten_once_it_is_sent(box: Postbox) -> None:
    message = compose("reset", "en", name="Li", link="https://expo.example/reset/abc")
    async with sender():
        await post("li@example.com", message=message)
        await until_states(li="sent")
    row = await only()
    assert (row["text"], row["html"]) == ("", "")
    body = box.mails[0].get_body(("plain",))
    assert body
    assert "https://expo.example/reset/abc" in body.get_content()


def test_every_template_with_a_link_is_known_as_secret() -> None:
    with_link = {path.stem for path in TEMPLATES.glob("*.txt") if "{{ link }}" in path.read_text()}
    assert with_link == rules.SECRET


async def test_texts_are_forgotten_after_ninety_days(box: Postbox) -> None:
    async with sender():
        await post("li@example.com", to_name="Li")
        await until_states(li="sent")
    await aftercare.purge()
    assert (await only())["text"]
    with clock.moved(timedelta(days=91)):
        await aftercare.purge()
    row = await only()
    assert (row["text"], row["html"], row["to_name"], row["subject"]) == ("", "", "", "Hello 银博")


@given(st.integers(1, 100))
def test_pauses_grow_to_six_hours_and_scatter(tries: int) -> None:
    pause = rules.pause_after(tries)
    plain = min(timedelta(minutes=1) * 2 ** min(tries - 1, 20), timedelta(hours=6))
    assert plain * 0.8 <= pause <= plain * 1.2


@pytest.mark.parametrize(
    ("url", "host", "port", "tls_kind"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, "offered"),
        ("smtp://u:p@mail.example.org", "mail.example.org", 587, "starttls"),
        ("smtp://u:p@127.0.0.1:2525", "127.0.0.1", 2525, "offered"),
        ("smtp://u:p@mail.example.org:587?tls=none", "mail.example.org", 587, "none"),
        ("smtps://u:p@mail.example.org", "mail.example.org", 465, "tls"),
        ("smtp://mail.example.org?tls=tls", "mail.example.org", 465, "tls"),
    ],
)
def test_addresses_of_servers(url: str, host: str, port: int, tls_kind: str) -> None:
    found = server_of(Settings(smtp_url=url))
    assert found
    assert (found.host, found.port, found.tls) == (host, port, tls_kind)
    assert "p@" not in repr(found)


@pytest.mark.slow
async def test_a_killed_server_loses_no_mail_and_repeats_only_what_was_in_flight(box: Postbox) -> None:
    """The real program, killed -9 again and again while it sends what others enqueue."""
    many, kills = 120, 4
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "YINBO_PORT": "0"}
    program = Path(sys.executable).parent / "yinbo"
    in_flight: set[str] = set()
    enqueuing = asyncio.create_task(_enqueue_slowly(many))
    for kill in range(kills):
        process = await asyncio.create_subprocess_exec(
            program, "run", env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await box.until((kill + 1) * many // (kills + 1), seconds=60)
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        claimed = await MailMessage.select(MailMessage.message_id).where(MailMessage.state == MailState.sending.value)
        in_flight |= {row["message_id"] for row in claimed}
    await enqueuing
    with clock.moved(timedelta(minutes=5)):
        async with sender():

            async def all_sent() -> bool:
                return set((await states()).values()) == {"sent"}

            await until(all_sent, 60)
    counted = Counter(str(mail["Message-ID"]) for mail in box.mails)
    assert len(counted) == many
    assert {number for number, times in counted.items() if times > 1} <= in_flight
    assert len(in_flight) <= kills * QUICK.lanes


async def _enqueue_slowly(many: int) -> None:
    for number in range(many):
        await post(f"n{number}@example.com", key=f"k{number}")
        await asyncio.sleep(0.01)
