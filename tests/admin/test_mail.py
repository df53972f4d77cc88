"""Mail in the desk."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from core import clock
from core.accounts.roles import CLI, Role
from core.audit.tables import AuditEntry
from core.config import settings
from core.db import count_queries, transaction
from core.mail import aftercare
from core.mail.services import Message, compose, enqueue
from core.mail.tables import MailBounce, MailMessage, MailState
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
EVIL = Message("hello", "en", "Hello <b>", "Plain & simple\n", "<p>Hi</p><script>alert(1)</script>")


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server is configured, where none listens."""
    monkeypatch.setenv("YINBO_SMTP_URL", "smtp://127.0.0.1:1")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def written(address: str = "li@example.com", message: Message = EVIL, **values: object) -> int:
    async with transaction():
        await enqueue(address, message)
        number = (await MailMessage.select(MailMessage.id).order_by(MailMessage.id, ascending=False).first() or {})[
            "id"
        ]
        if values:
            await MailMessage.update({getattr(MailMessage, name): value for name, value in values.items()}).where(
                MailMessage.id == number
            )
    return int(number)


async def state_of(number: int) -> str:
    row = await MailMessage.select(MailMessage.state).where(MailMessage.id == number).first()
    assert row
    return str(row["state"])


async def test_kept_mail_can_be_read_in_the_desk(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    number = await written()
    listed = (await client.get("/admin/mail")).text
    assert "l***@example.com" in listed
    assert "li@example.com" not in listed
    assert "Hello &lt;b&gt;" in listed
    one = await client.get(f"/admin/mail/{number}")
    assert "Plain &amp; simple" in one.text
    assert "alert(1)" not in one.text
    assert one.headers.get_list("content-security-policy")[0].endswith("; frame-src 'self'")
    assert len(one.headers.get_list("content-security-policy")) == 1
    assert one.headers.get_list("x-frame-options") == ["DENY"]
    assert one.headers.get_list("cross-origin-opener-policy") == ["same-origin"]
    assert (await client.get("/admin/mail/99999")).status_code == 404


async def test_the_html_of_a_mail_stands_in_a_sandbox(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    number = await written()
    framed = await client.get(f"/admin/mail/{number}/html")
    assert framed.text == EVIL.html
    (policy,) = framed.headers.get_list("content-security-policy")
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'; ")
    assert "x-frame-options" not in framed.headers
    assert "cross-origin-opener-policy" not in framed.headers
    assert framed.headers["x-content-type-options"] == "nosniff"
    assert (await client.get("/admin/mail")).headers["x-frame-options"] == "DENY"


async def test_a_link_that_lets_somebody_in_is_for_admins_only(client: httpx.AsyncClient) -> None:
    number = await written(message=compose("reset", "en", name="Li", link="https://expo.example/reset/abc"))
    await sign_in(client, Role.organizer)
    assert "reset/abc" not in (await client.get(f"/admin/mail/{number}")).text
    assert (await client.get(f"/admin/mail/{number}/html")).status_code == 404
    client.cookies.clear()
    await sign_in(client, Role.admin)
    assert "reset/abc" in (await client.get(f"/admin/mail/{number}")).text
    assert (await client.get(f"/admin/mail/{number}/html")).status_code == 200


async def test_the_list_is_filtered_by_state_and_paged(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    await written("failed@example.com", state=MailState.failed.value, last_answer="550 no such user")
    for n in range(51):
        await written(f"n{n}@example.com")
    only_failed = (await client.get("/admin/mail?state=failed")).text
    assert "550 no such user" in only_failed
    assert "n1@example.com" not in only_failed
    first = (await client.get("/admin/mail")).text
    assert "failed@example.com" not in first
    assert "cursor=" in first
    assert (await client.get("/admin/mail?state=nonsense")).status_code == 200


async def test_without_a_server_nothing_is_sent_again(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    number = await written()
    answer = await send_form(client, "/admin/mail/all/send-kept", at="/admin/mail")
    assert answer.status_code == 303
    assert "SMTP_URL" in (await client.get("/admin/mail")).text
    assert await state_of(number) == "kept"


async def test_failed_and_kept_mail_is_put_into_the_queue(unreachable: None, client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    later = clock.now() + timedelta(hours=1)
    failed = await written(state="failed", attempts=9, next_attempt_at=later)
    kept = await written(state="kept", next_attempt_at=later)
    assert (await send_form(client, f"/admin/mail/{failed}/retry", at=f"/admin/mail/{failed}")).status_code == 303
    assert await state_of(failed) in ("queued", "sending")
    await send_form(client, "/admin/mail/all/send-kept", at="/admin/mail")
    assert await state_of(kept) in ("queued", "sending")
    sent = await written(state="sent")
    await client.post(f"/admin/mail/{sent}/retry", data={"_csrf": "wrong"})
    assert await state_of(sent) == "sent"


async def test_a_refused_address_is_shown_and_cleared(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    async with transaction():
        await MailBounce.insert(MailBounce(address="bad@example.com", answer="550 no", at=clock.now()))
    assert "b***@example.com" in (await client.get("/admin/mail")).text
    number = (await MailBounce.select(MailBounce.id))[0]["id"]
    await send_form(client, f"/admin/mail/refused/{number}/clear", at="/admin/mail")
    assert await MailBounce.count() == 0


async def test_a_test_mail_goes_to_ones_own_address(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    assert (await send_form(client, "/admin/mail/all/test", at="/admin/mail")).status_code == 303
    rows = await MailMessage.select(MailMessage.to_address, MailMessage.template)
    assert {"to_address": "organizer@example.com", "template": "test"} in rows
    assert (await send_form(client, "/admin/mail/all/nonsense", at="/admin/mail")).status_code == 404


async def test_the_first_page_of_the_desk_says_that_mail_failed(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    assert "/admin/mail?state=failed" not in (await client.get("/admin")).text
    await written(state="failed")
    assert "/admin/mail?state=failed" in (await client.get("/admin")).text


async def test_the_list_asks_the_database_as_often_for_three_as_for_one(client: httpx.AsyncClient) -> None:
    from core.mail import queries

    counted = []
    for _ in (1, 3):
        await written()
        with count_queries() as seen:
            await queries.mails(None, before=None, limit=50)
            await queries.counts()
            await queries.bounces()
        counted.append(len(seen))
        await written()
    assert counted == [3, 3]


async def test_clearing_what_is_not_there_is_nothing(client: httpx.AsyncClient) -> None:
    await aftercare.clear_bounce(CLI, 4711)
    assert await MailBounce.count() == 0


async def test_whom_a_mail_went_to_stands_in_full_for_who_says_why(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    number = await written(state="failed", last_answer="550 <li@example.com> unknown")
    async with transaction():
        await MailBounce.insert(MailBounce(address="bad@example.com", answer="no bad@example.com", at=clock.now()))
    at = f"/admin/mail/{number}"
    for path in ("/admin/mail", at):
        shown = (await client.get(path)).text
        assert "li@example.com" not in shown
        assert "bad@example.com" not in shown
    for path, page, full in (
        (f"{at}/open", at, "li@example.com"),
        ("/admin/mail/all/open-refused", "/admin/mail", "bad@example.com"),
    ):
        assert (await send_form(client, path, page, reason="")).status_code == 422
        assert full in (await send_form(client, path, page, reason="asks for the right one")).text
    actions = await AuditEntry.select(AuditEntry.action).where(AuditEntry.note == "asks for the right one")
    assert sorted(row["action"] for row in actions) == ["mail.address_opened", "mail.refused_opened"]
