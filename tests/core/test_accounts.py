import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock, db
from core.accounts import queries
from core.accounts.errors import LinkUsed, TooManyTries, WrongCode, WrongCredentials
from core.accounts.roles import CLI, Role
from core.accounts.rules import FREE_FAILURES, LONGEST_PAUSE, password_fault, pause_after
from core.accounts.services import links, people, second_factor, sessions, signin, throttle
from core.accounts.services.signin import From
from core.accounts.tables import Account
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
    opened: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await person(Role.viewer)
    monkeypatch.setattr(throttle, "is_on", lambda: True)
    for n in range(FREE_FAILURES + 1):
        with pytest.raises(WrongCredentials):
            await signin.by_password("viewer@example.com", f"guess {n}", From(f"198.51.100.{n}", ""))
    with pytest.raises(TooManyTries) as slowed:
        await signin.by_password("viewer@example.com", PASSWORD, From("203.0.113.9", ""))
    assert slowed.value.retry_after is not None
    known = await signin.by_password("viewer@example.com", PASSWORD, From("203.0.113.9", "", device=str(account)))
    assert known.session
    with clock.moved(timedelta(minutes=1)):
        assert (await signin.by_password("viewer@example.com", PASSWORD, From("203.0.113.9", ""))).session


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
