import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from core import clock, db
from core.accounts import queries, secrets
from core.accounts.errors import LastAdmin, LinkUsed, TooManyTries, WrongCode, WrongCredentials
from core.accounts.roles import CLI, Actor, Role
from core.accounts.rules import (
    FREE_FAILURES,
    FREE_FAILURES_OF_ADDRESS,
    LONGEST_PAUSE,
    normal_password,
    password_fault,
    pause_after,
)
from core.accounts.secrets import digest
from core.accounts.services import failures, links, people, second_factor, sessions, signin, throttle, tokens
from core.accounts.services.signin import From
from core.accounts.tables import Account, AccountSession, ApiToken, OneTimeLink
from core.audit.tables import AuditEntry
from core.errors import InvalidInput
from core.mail.tables import MailMessage
from tests.world import PASSWORD, person

HERE = From("192.0.2.7", "Firefox on an old phone")


@pytest.mark.parametrize(
    "password", ["short", "password12", "aaaaaaaaaaaaaa", "1234567890", "organizer1", "yinbo2026!", "a" * 257]
)
def test_what_others_would_try_first_is_refused(password: str) -> None:
    assert password_fault(password, "organizer@example.com") is not None


@pytest.mark.parametrize("password", ["correct horse battery", "三江口的风又吹过来了", "tq8-Vrm2.kd"])
def test_length_is_what_counts(password: str) -> None:
    assert password_fault(password, "organizer@example.com") is None


@given(st.integers(min_value=0, max_value=10_000))
def test_pauses_grow_and_end(failures: int) -> None:
    pause = pause_after(failures)
    assert timedelta(0) <= pause <= LONGEST_PAUSE
    assert pause <= pause_after(failures + 1)
    assert (pause == timedelta(0)) == (failures <= FREE_FAILURES)


@pytest.mark.anyio
async def test_a_session_ends_after_rest_and_after_its_life(opened: None) -> None:
    account = await person(Role.viewer)
    token = await sessions.start(account, user_agent="", address="192.0.2.7")
    assert (await queries.session(token)) is not None
    with clock.moved(timedelta(hours=11)):
        known = await queries.session(token)
        assert known is not None
        await sessions.seen(known)
    with clock.moved(timedelta(hours=22)):
        assert await queries.session(token) is not None, "use keeps it alive"
    with clock.moved(timedelta(hours=24)):
        assert await queries.session(token) is None
    with clock.moved(timedelta(days=15)):
        assert await queries.session(token) is None


@pytest.mark.anyio
async def test_what_was_looked_up_serves_a_second_unless_something_is_written(opened: None) -> None:
    someone = await person(Role.organizer)
    cookie = await sessions.start(someone, user_agent="", address="192.0.2.7")
    assert await queries.session(cookie) is not None
    with db.count_queries() as again:
        assert await queries.session(cookie) is not None
    assert again == []
    await sessions.end(cookie)
    assert await queries.session(cookie) is None


@pytest.mark.anyio
async def test_a_session_is_one_query_whatever_roles_one_has(opened: None) -> None:
    for roles in ([Role.viewer], [Role.viewer, Role.gate, Role.signing]):
        account = await people.create(CLI, f"{len(roles)}@example.com", "x", roles, password=PASSWORD)
        token = await sessions.start(account, user_agent="", address="")
        with db.count_queries() as seen:
            known = await queries.session(token)
        assert known is not None
        assert set(roles) <= known.actor.roles
        assert len(seen) == 1


@pytest.mark.anyio
async def test_a_link_opened_twice_at_once_works_once(opened: None) -> None:
    account = await person(Role.viewer)
    for _ in range(5):
        token = await links.make("sign_in", account)
        tries = await asyncio.gather(*(signin.by_link(token, HERE) for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(found, signin.Entered) for found in tries) == 1
        assert sum(isinstance(found, LinkUsed) for found in tries) == 7


@pytest.mark.anyio
async def test_two_who_set_up_at_once_make_one_administrator(opened: None) -> None:
    link = await people.setup_link()
    assert link is not None
    token = link.rpartition("/")[2]
    tries = await asyncio.gather(
        *(people.set_up(token, f"admin{n}@example.com", "管理员", PASSWORD) for n in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(found, int) for found in tries) == 1
    assert await Account.count() == 1
    assert await people.setup_link() is None


@pytest.mark.anyio
async def test_the_same_code_sent_twice_at_once_counts_once(opened: None) -> None:
    import pyotp

    account = await person(Role.viewer)
    secret, _ = await second_factor.begin(account)
    code = pyotp.TOTP(secret).at(clock.now())
    tries = await asyncio.gather(*(second_factor.check(account, code) for _ in range(6)), return_exceptions=True)
    assert sum(found is None for found in tries) == 1
    assert sum(isinstance(found, WrongCode) for found in tries) == 5


@pytest.mark.anyio
async def test_guessing_is_slowed_but_a_known_browser_still_gets_in(
    slowed: None,
) -> None:
    account = await person(Role.viewer)
    for n in range(FREE_FAILURES + 1):
        with pytest.raises(WrongCredentials):
            await signin.by_password("viewer@example.com", f"guess {n}", From(f"198.51.100.{n}", ""))
    with pytest.raises(TooManyTries) as refused:
        await signin.by_password("viewer@example.com", PASSWORD, From("203.0.113.9", ""))
    assert refused.value.retry_after is not None
    known = await signin.by_password("viewer@example.com", PASSWORD, From("203.0.113.9", "", device=str(account)))
    assert known.session
    with clock.moved(timedelta(minutes=1)):
        assert (await signin.by_password("viewer@example.com", PASSWORD, From("203.0.113.9", ""))).session


@pytest.fixture
def slowed(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in service: the suite itself runs with ``RATE_LIMITS=off``."""
    monkeypatch.setattr(throttle, "is_on", lambda: True)


@pytest.mark.anyio
async def test_guesses_sent_all_at_once_do_not_slip_through_together(slowed: None) -> None:
    await person(Role.viewer)
    tries = await asyncio.gather(
        *(signin.by_password("viewer@example.com", f"guess {n}", From(f"198.51.100.{n}", "")) for n in range(30)),
        return_exceptions=True,
    )
    assert sum(isinstance(found, WrongCredentials) for found in tries) == FREE_FAILURES + 1
    assert sum(isinstance(found, TooManyTries) for found in tries) == 30 - FREE_FAILURES - 1


@pytest.mark.anyio
async def test_an_address_that_guesses_is_slowed_at_every_account_but_for_browsers_known_there(slowed: None) -> None:
    account = await person(Role.viewer)
    for _ in range(FREE_FAILURES_OF_ADDRESS + 1):
        await throttle.failed("192.0.2.9", "")
    with pytest.raises(TooManyTries):
        await signin.by_password("nobody@example.com", "guess", From("192.0.2.9", ""))
    known = await signin.by_password("viewer@example.com", PASSWORD, From("192.0.2.9", "", device=str(account)))
    assert known.session


async def failures_recorded() -> list[tuple[str, str, str]]:
    rows = (
        await AuditEntry.select(AuditEntry.action, AuditEntry.object, AuditEntry.after)
        .where(AuditEntry.action.is_in(["session.failed", "session.throttled"]))
        .order_by(AuditEntry.id)
    )
    return [(row["action"], row["object"], row["after"]) for row in rows]


@pytest.fixture
def _counted_anew() -> None:
    failures.forget()


@pytest.mark.anyio
@pytest.mark.usefixtures("_counted_anew")
async def test_a_failed_sign_in_stands_in_the_trail_without_what_was_typed(slowed: None) -> None:
    account = await person(Role.viewer)
    for email in ("viewer@example.com", "my-password-in-the-wrong-field"):
        with pytest.raises(WrongCredentials):
            await signin.by_password(email, "what I typed", From("192.0.2.77", "Firefox"))
    told = await failures_recorded()
    assert [(action, after) for action, _, after in told] == [
        ("session.failed", '{"by":"password","within_an_hour":1}')
    ] * 2
    assert told[0][1] == f"account:{account}"
    assert told[1][1].startswith("address:")
    stored = str(await AuditEntry.select().where(AuditEntry.action == "session.failed"))
    for hidden in ("what I typed", "wrong-field", "viewer@example.com", "192.0.2.77"):
        assert hidden not in stored
    assert '{"from":"192.0.2.0"}' in stored


@pytest.mark.anyio
@pytest.mark.usefixtures("_counted_anew")
async def test_a_try_that_was_throttled_stands_in_the_trail_too(slowed: None) -> None:
    account = await person(Role.viewer)
    for n in range(FREE_FAILURES + 3):
        with pytest.raises((WrongCredentials, TooManyTries)):
            await signin.by_password("viewer@example.com", f"guess {n}", HERE)
    told = await failures_recorded()
    assert {about for _, about, _ in told} == {f"account:{account}"}
    # Of six failures five are told one by one.
    assert Counter(action for action, _, _ in told) == {"session.failed": 5, "session.throttled": 2}


@pytest.mark.anyio
@pytest.mark.usefixtures("_counted_anew")
async def test_a_wrong_second_factor_stands_in_the_trail(opened: None) -> None:
    account = await person(Role.viewer)
    step = await links.make("second_step", account)
    with pytest.raises(WrongCode):
        await signin.by_code(step, "000000", HERE)
    assert await failures_recorded() == [
        ("session.failed", f"account:{account}", '{"by":"second factor","within_an_hour":1}')
    ]


@pytest.mark.anyio
@pytest.mark.usefixtures("_counted_anew")
async def test_whoever_guesses_a_thousand_times_does_not_fill_the_trail(opened: None) -> None:
    account = await person(Role.viewer)
    for n in range(1000):
        await failures.note("session.failed", account, "viewer@example.com", by="password", address="192.0.2.7")
        await failures.note("session.failed", None, f"nobody{n}@example.com", by="password", address="192.0.2.7")
    told = [after for _, about, after in await failures_recorded() if about == f"account:{account}"]
    assert [int(after.rpartition(":")[2][:-1]) for after in told] == [1, 2, 3, 4, 5, 8, 16, 32, 64, 128, 256, 512]
    assert len(await failures_recorded()) == 2 * len(told)
    with clock.moved(timedelta(hours=1)):
        await failures.note("session.failed", account, "viewer@example.com", by="password", address="192.0.2.7")
    assert (await failures_recorded())[-1][2] == '{"by":"password","within_an_hour":1}'


@pytest.mark.anyio
async def test_an_hour_of_rest_forgives(slowed: None) -> None:
    for _ in range(FREE_FAILURES + 1):
        await throttle.begin("viewer@example.com", "192.0.2.9", "")
    with clock.moved(timedelta(hours=2)):
        for _ in range(FREE_FAILURES + 1):
            await throttle.begin("viewer@example.com", "192.0.2.9", "")
        with pytest.raises(TooManyTries):
            await throttle.begin("viewer@example.com", "192.0.2.9", "")


@pytest.mark.anyio
async def test_signing_in_where_the_person_never_did_is_told_by_mail(opened: None) -> None:
    account = await person(Role.viewer)
    await signin.by_password("viewer@example.com", PASSWORD, From("192.0.2.7", "Firefox Android", device=str(account)))
    assert await MailMessage.count() == 0
    await signin.by_password("viewer@example.com", PASSWORD, From("192.0.2.7", "Firefox Android http://example.com"))
    mails = await MailMessage.select().where(MailMessage.template == "new_sign_in")
    assert [mail["to_address"] for mail in mails] == ["viewer@example.com"]
    assert "Firefox, Android" in mails[0]["text"]
    assert "example.com" not in mails[0]["text"], "what a browser calls itself is not repeated"


@pytest.mark.anyio
async def test_asking_for_a_link_costs_the_same_with_and_without_an_account(opened: None) -> None:
    await person(Role.viewer)
    counted = []
    for email in ("viewer@example.com", "nobody@example.com"):
        with db.count_queries() as seen:
            await signin.mail_link(email, "reset")
        counted.append(len(seen))
    assert counted[0] == counted[1]


@pytest.mark.anyio
async def test_a_link_asked_for_again_does_not_spoil_the_one_before(opened: None) -> None:
    account = await person(Role.viewer)
    first = await links.make("sign_in", account)
    await links.make("sign_in", account)
    assert (await signin.by_link(first, HERE)).session


@pytest.mark.anyio
async def test_a_new_password_ends_every_open_link_and_half_a_sign_in(opened: None) -> None:
    account = await person(Role.viewer)
    who = Actor("account", account, "x")
    reset, step = await links.make("reset", account), await links.make("second_step", account)
    session = await sessions.start(account, user_agent="", address="")
    await people.change_password(who, account, current=PASSWORD, new="一个全新的好密码句子", session=session)
    with pytest.raises(LinkUsed):
        await links.peek("reset", reset)
    with pytest.raises(LinkUsed):
        await signin.by_code(step, "000000", HERE)


@pytest.mark.anyio
async def test_a_reset_opened_twice_at_once_sets_one_password(opened: None) -> None:
    account = await person(Role.viewer)
    token = await links.make("reset", account)
    words = [f"第{n}个又长又好的密码句子" for n in range(4)]
    tries = await asyncio.gather(
        *(people.set_password_by_link("reset", token, word) for word in words), return_exceptions=True
    )
    winners = [word for word, found in zip(words, tries, strict=True) if found == account]
    assert len(winners) == 1
    assert (await signin.by_password("viewer@example.com", winners[0], HERE)).session


@pytest.mark.anyio
async def test_a_refused_password_leaves_the_link_for_another_try(opened: None) -> None:
    account = await person(Role.viewer)
    token = await links.make("reset", account)
    with pytest.raises(InvalidInput):
        await people.set_password_by_link("reset", token, "short")
    assert await people.set_password_by_link("reset", token, "一个全新的好密码句子") == account


@pytest.mark.anyio
async def test_a_set_up_link_is_worth_nothing_once_somebody_has_an_account(opened: None) -> None:
    link = await people.setup_link()
    assert link is not None
    await person(Role.organizer)
    with pytest.raises(LinkUsed):
        await people.set_up(link.rpartition("/")[2], "late@example.com", "迟到", PASSWORD)
    assert await Account.count() == 1


@pytest.mark.anyio
async def test_two_set_up_links_at_once_make_one_administrator(opened: None) -> None:
    tokens = ["a" * 43, "b" * 43]
    await links.make("setup", None, tokens[0])
    await OneTimeLink.insert(
        OneTimeLink(
            purpose="setup",
            token_hash=digest(tokens[1]),
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )
    )
    tries = await asyncio.gather(
        *(people.set_up(token, f"{token[0]}@example.com", "管理员", PASSWORD) for token in tokens),
        return_exceptions=True,
    )
    assert sum(isinstance(found, int) for found in tries) == 1
    assert await Account.count() == 1


@pytest.mark.anyio
async def test_a_code_typed_in_full_width_digits_counts(opened: None) -> None:
    import pyotp

    account = await person(Role.viewer)
    secret, _ = await second_factor.begin(account)
    code = pyotp.TOTP(secret).at(clock.now())
    await second_factor.check(account, "".join(chr(ord(digit) + 0xFEE0) for digit in code))
    for typed in ("٠١٢٣٤٥", "½½½½½½", "一二三四五六", ""):
        with pytest.raises(WrongCode):
            await second_factor.check(account, typed)


@pytest.mark.anyio
async def test_a_second_factor_that_no_role_demands_any_more_limits_nobody(opened: None) -> None:
    account = await person(Role.viewer)
    session = await sessions.start(account, user_agent="", address="")
    for demanding, limited in ((frozenset({Role.viewer}), True), (frozenset[Role](), False)):
        await second_factor.set_policy(CLI, demanding)
        known = await queries.session(session)
        assert known is not None
        assert known.limited is limited


@pytest.mark.anyio
async def test_two_administrators_who_leave_at_once_leave_one(opened: None) -> None:
    both = [await people.create(CLI, f"{n}@example.com", "管理员", [Role.admin], password=PASSWORD) for n in "ab"]
    tries = await asyncio.gather(*(people.set_roles(CLI, one, []) for one in both), return_exceptions=True)
    assert sum(isinstance(found, LastAdmin) for found in tries) == 1


@pytest.mark.anyio
async def test_no_secret_stands_in_the_database(opened: None) -> None:
    account = await person(Role.viewer)
    session = await sessions.start(account, user_agent="", address="192.0.2.77")
    link = await links.make("reset", account)
    secret, _ = await second_factor.begin(account)
    token = await tokens.add(CLI, "program", Role.gate)
    stored = ""
    for table in (Account, AccountSession, OneTimeLink, ApiToken):
        stored += str(await table.select())
    for hidden in (PASSWORD, session, link, secret, token, "192.0.2.77"):
        assert hidden not in stored
    assert "$argon2id$" in stored


@pytest.mark.anyio
async def test_a_new_password_signs_out_everywhere_else(opened: None) -> None:
    account = await person(Role.viewer)
    here = await sessions.start(account, user_agent="", address="")
    there = await sessions.start(account, user_agent="", address="")
    who = await queries.session(here)
    assert who is not None
    await people.change_password(who.actor, account, current=PASSWORD, new="一个全新的好密码句子", session=here)
    assert await queries.session(here) is not None
    assert await queries.session(there) is None


def test_an_unknown_address_is_hashed_as_dearly_as_a_known_one() -> None:
    assert not secrets._hasher.check_needs_rehash(secrets._NOBODY)


@pytest.mark.anyio
async def test_a_password_hashed_with_older_parameters_is_hashed_anew(opened: None) -> None:
    account = await person(Role.viewer)
    weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(normal_password(PASSWORD))
    async with db.transaction():
        await Account.update({Account.password_hash: weak}).where(Account.id == account)
    assert (await signin.by_password("viewer@example.com", PASSWORD, HERE)).session
    stored = await Account.select(Account.password_hash).where(Account.id == account).first()
    assert stored is not None
    assert await secrets.verify_password(stored["password_hash"], PASSWORD) == (True, False)
