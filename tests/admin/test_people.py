import httpx
import pyotp
import pytest

from core import clock
from core.accounts import queries
from core.accounts.roles import Role
from core.audit.tables import AuditEntry
from core.mail.tables import MailMessage
from tests.world import csrf_in, person, send_form, sign_in

pytestmark = pytest.mark.anyio


def code_for(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


async def test_an_organizer_invites_and_the_guest_chooses_a_password_once(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    shown = await send_form(client, "/admin/people", name="示例 新人", email="new@example.com", roles="reviewer")
    assert shown.status_code == 200
    link = shown.text.partition("<code>")[2].partition("</code>")[0].partition("127.0.0.1:8000")[2]
    await send_form(client, "/logout", at="/account")
    assert (await client.get(link)).status_code == 200
    assert (await client.get(link)).status_code == 200, "looking uses nothing up"
    answer = await send_form(client, link, password="三江口的风吹过来")
    assert answer.status_code == 422, "eight characters are too few"
    answer = await send_form(client, link, password="三江口的风又吹过来了呀")
    assert answer.status_code == 303
    assert (await client.get("/account")).status_code == 200
    assert (await client.get(link)).status_code == 410


async def test_an_organizer_can_not_make_an_administrator(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    shown = await send_form(client, "/admin/people", name="x", email="x@example.com", roles="admin")
    assert shown.status_code == 403


async def test_the_last_administrator_stays(client: httpx.AsyncClient) -> None:
    account = await sign_in(client, Role.admin)
    shown = await send_form(client, f"/admin/people/{account}/roles", at=f"/admin/people/{account}", roles="viewer")
    assert shown.status_code == 409
    shown = await send_form(client, f"/admin/people/{account}/disable", at=f"/admin/people/{account}")
    assert shown.status_code == 409


async def test_disabling_ends_the_session_at_once(client: httpx.AsyncClient) -> None:
    account = await sign_in(client, Role.viewer)
    assert (await client.get("/account")).status_code == 200
    from core.accounts.roles import CLI
    from core.accounts.services import people

    await people.set_disabled(CLI, account, disabled=True)
    assert (await client.get("/account")).status_code == 303
    shown = await send_form(client, "/login", email="viewer@example.com", password="whatever it is")
    assert shown.status_code == 422


async def test_a_second_factor_is_set_up_asked_for_and_never_taken_twice(client: httpx.AsyncClient) -> None:
    account = await sign_in(client, Role.organizer)
    before = client.cookies["session"]
    shown = await client.get("/account/second-factor")
    secret = shown.text.partition("<code>")[2].partition("</code>")[0].replace(" ", "")
    code = code_for(secret)
    codes = await client.post("/account/second-factor", data={"_csrf": csrf_in(shown.text), "code": code})
    assert codes.text.count("<li><code>") == 10
    assert client.cookies["session"] != before, "what the session may do has changed"
    recovery = codes.text.partition("<li><code>")[2].partition("</code>")[0]
    assert (await queries.person(account)).has_second_factor
    await send_form(client, "/logout", at="/account")

    answer = await sign_in_first_step(client)
    assert answer.headers["location"].startswith("/login/code")
    assert (await client.get("/account")).status_code == 303, "half signed in is not signed in"
    replay = await send_form(client, "/login/code", code=code)
    assert replay.status_code == 422, "the code that set it up counts no second time"
    answer = await send_form(client, "/login/code", code=recovery)
    assert answer.status_code == 303
    assert (await client.get("/account")).status_code == 200
    await send_form(client, "/logout", at="/account")
    await sign_in_first_step(client)
    again = await send_form(client, "/login/code", code=recovery)
    assert again.status_code == 422, "a recovery code lets in once"


async def sign_in_first_step(client: httpx.AsyncClient) -> httpx.Response:
    from tests.world import PASSWORD

    return await send_form(client, "/login", email="organizer@example.com", password=PASSWORD)


async def test_a_role_that_needs_a_second_factor_is_led_to_set_one_up(client: httpx.AsyncClient) -> None:
    await person(Role.organizer)
    await sign_in(client, Role.admin)
    await send_form(client, "/admin/security", roles="organizer")
    await send_form(client, "/logout", at="/account")
    await sign_in(client, Role.organizer)
    answer = await client.get("/admin/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/second-factor")
    api = await client.get("/api/v1/badges")
    assert (api.status_code, api.json()["code"]) == (403, "second_factor_needed")
    shown = await client.get("/account/second-factor")
    secret = shown.text.partition("<code>")[2].partition("</code>")[0].replace(" ", "")
    await client.post("/account/second-factor", data={"_csrf": csrf_in(shown.text), "code": code_for(secret)})
    assert (await client.get("/admin/people")).status_code == 200


async def test_a_token_is_shown_once_and_revoked_for_good(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    shown = await send_form(client, "/admin/tokens", name="闸机 1", role="gate")
    token = shown.text.partition("<code>")[2].partition("</code>")[0]
    assert token.startswith("yb_")
    assert token not in (await client.get("/admin/tokens")).text
    stranger = httpx.AsyncClient(transport=client._transport, base_url="http://yinbo.test")
    headers = {"authorization": f"Bearer {token}"}
    assert (await stranger.get("/api/v1/badges", headers=headers)).status_code == 403
    await send_form(client, "/admin/tokens/revoke", at="/admin/tokens", name="闸机 1")
    assert (await stranger.get("/api/v1/badges", headers=headers)).status_code == 401
    await stranger.aclose()


async def test_an_invitation_to_whoever_has_a_password_goes_by_mail_alone(client: httpx.AsyncClient) -> None:
    colleague = await person(Role.reviewer)
    await sign_in(client, Role.organizer)
    answer = await send_form(client, f"/admin/people/{colleague}/invite", at=f"/admin/people/{colleague}")
    assert answer.status_code == 303
    assert "/invite/" not in (await client.get(f"/admin/people/{colleague}")).text
    mails = await MailMessage.select().where(MailMessage.template == "invitation")
    assert [mail["to_address"] for mail in mails] == ["reviewer@example.com"]


async def test_people_are_found_by_a_part_whatever_its_case_and_no_pattern(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    await person(Role.viewer)
    shown = await client.get("/admin/people", params={"q": "VIEWER@"})
    assert ">v***@example.com<" in shown.text
    assert ">o***@example.com<" not in shown.text
    assert ">v***@example.com<" not in (await client.get("/admin/people", params={"q": "%"})).text


async def test_an_address_stands_in_full_for_who_says_why_and_the_trail_keeps_it(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    who = await person(Role.viewer)
    at = f"/admin/people/{who}"
    assert "viewer@example.com" not in (await client.get("/admin/people")).text + (await client.get(at)).text
    assert (await send_form(client, f"{at}/open", at, reason=" ")).status_code == 422
    opened = await send_form(client, f"{at}/open", at, reason="rings back")
    assert "viewer@example.com" in opened.text
    assert "viewer@example.com" not in (await client.get(at)).text
    entry = await AuditEntry.select().where(AuditEntry.action == "account.address_opened")
    assert [(row["object"], row["note"]) for row in entry] == [(f"account:{who}", "rings back")]
