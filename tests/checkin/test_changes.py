"""Badges are revoked, reissued, bound: the old code opens nothing, and of two at once one has it."""

import asyncio

import pytest

from checkin import codes, keys
from checkin.queries import badges as queries
from checkin.rules.badges import BadgeIn
from checkin.services import badges as services
from checkin.services import changes
from checkin.services.changes import BindIn, NotBlank, WrongStatus
from checkin.tables import Badge, BadgeChange, BadgeKind, BadgeStatus
from core import db
from core.accounts.roles import CLI, Actor, Role
from core.errors import InvalidInput, NotFound
from tests.expo import an_edition

pytestmark = pytest.mark.anyio

GATE = Actor("token", 1, "示例 门口", frozenset({Role.gate}))
GROUP = BadgeIn(
    "group", "示例 领队", "示例社区", ["2026-09-15"], size=12, members=["示例甲", "示例乙"], note="轮椅两台"
)


async def test_a_reissued_badge_keeps_all_but_its_serial_and_code_and_follows_its_root(opened: None) -> None:
    edition = await an_edition()
    first = await services.issue(CLI, edition, GROUP)
    second = await changes.reissue(CLI, edition, first.serial, await changes.sign_again(edition, first.serial), "遗失")
    third = await changes.reissue(CLI, edition, second.serial, await changes.sign_again(edition, second.serial), "")
    assert (first.root, second.root, third.root) == (None, first.id, first.id)
    assert (third.size, third.members, third.note, third.days) == (12, ("示例甲", "示例乙"), "轮椅两台", first.days)
    assert len({first.code, second.code, third.code}) == 3
    old = await queries.badge_with_serial(edition, first.serial)
    assert (old.status, old.replaced_by, old.reason) == (BadgeStatus.replaced, second.id, "遗失")
    with pytest.raises(WrongStatus):
        await changes.revoke(CLI, edition, first.serial, "")


async def test_of_two_reissues_at_once_one_is_made(opened: None) -> None:
    edition = await an_edition()
    first = await services.issue(CLI, edition, GROUP)
    signed = [await changes.sign_again(edition, first.serial) for _ in range(2)]
    done = await asyncio.gather(
        *(changes.reissue(CLI, edition, first.serial, one, "") for one in signed), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["BadgeInfo", "WrongStatus"]
    assert await queries.count_badges(edition) == 2


async def test_a_revoked_badge_stays_so_and_phones_learn_it(opened: None) -> None:
    edition = await an_edition()
    badge = await services.issue(CLI, edition, GROUP)
    for _ in range(2):
        gone = await changes.revoke(CLI, edition, badge.serial, "示例原因")
        assert gone.status is BadgeStatus.revoked
    assert await BadgeChange.count().where(BadgeChange.badge == badge.id) == 2
    with pytest.raises(WrongStatus):
        await changes.reissue(CLI, edition, badge.serial, await changes.sign_again(edition, badge.serial), "")
    with pytest.raises(NotFound):
        await changes.revoke(CLI, await an_edition(False, slug="2027"), badge.serial, "")


async def test_a_blank_badge_is_bound_once_by_code_or_serial(opened: None) -> None:
    edition = await an_edition()
    signed = await services.sign(edition, changes.checked_blanks("visitor", 2))
    async with db.transaction():
        one, two = await changes.store_blanks(CLI, edition, signed)
    assert one.status is BadgeStatus.blank
    assert (await changes.find_typed(edition, f"\r\n{one.code.lower()}\r\n")).id == one.id
    assert (await changes.find_typed(edition, f" {two.serial[:3]} {two.serial[3:]} ")).id == two.id
    done = await asyncio.gather(
        *(changes.bind(GATE, edition, one.serial, BindIn(f"示例{n}", "示例单位", "13800138000")) for n in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["BadgeInfo", "NotBlank"]
    bound = await queries.badge_with_serial(edition, one.serial)
    assert (bound.status, bound.code, bound.mobile) == (BadgeStatus.active, one.code, "+8613800138000")
    parsed = codes.parse(bound.code)
    assert parsed is not None
    assert codes.verify(parsed, await keys.public_keys(edition.id))
    with pytest.raises(NotBlank):
        await changes.bind(GATE, edition, (await services.issue(CLI, edition, GROUP)).serial, BindIn("示例"))


async def test_at_the_gate_a_blank_badge_keeps_the_kind_that_is_printed_on_it(opened: None) -> None:
    edition = await an_edition()
    signed = await services.sign(edition, changes.checked_blanks("visitor", 1))
    async with db.transaction():
        [blank] = await changes.store_blanks(CLI, edition, signed)
    with pytest.raises(InvalidInput):
        await changes.bind(GATE, edition, blank.serial, BindIn("示例", kind="crew"))
    assert (await changes.bind(CLI, edition, blank.serial, BindIn("示例", kind="guest"))).kind is BadgeKind.guest


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (BadgeIn("visitor", "示例", size=2), "size"),
        (BadgeIn("group", "示例", size=501), "size"),
        (BadgeIn("group", "示例", size=0), "size"),
        (BadgeIn("group", "示例", size=1, members=["甲", "乙"]), "members"),
        (BadgeIn("guest", "示例", email="nobody"), "email"),
        (BadgeIn("guest", "示例", mobile="12"), "mobile"),
        (BadgeIn("guest", "示例", locale="xx"), "locale"),
        (BadgeIn("guest", "示例", note="注" * 201), "note"),
    ],
)
async def test_what_is_wrong_with_a_badge_is_told_at_its_field(opened: None, typed: BadgeIn, field: str) -> None:
    edition = await an_edition()
    with pytest.raises(InvalidInput) as told:
        await services.issue(CLI, edition, typed)
    assert [fault.field for fault in told.value.errors] == [field]


async def test_a_badge_is_found_by_name_pinyin_initials_firm_and_last_digits(opened: None) -> None:
    edition = await an_edition()
    made = await services.issue(CLI, edition, BadgeIn("guest", "王小明", "示例康养", mobile="13800138123"))
    await services.issue(CLI, edition, BadgeIn("guest", "李四", "别的单位", mobile="13800130000"))
    for q in ("小明", "wangxiao", "WXM", "康养", "slky", "8123", made.serial):
        assert [one.id for one in await queries.badges(edition, queries.Filter(q=q))] == [made.id], q
    for q in ("%", "_", "138001", "王小明\n"):
        assert len(await queries.badges(edition, queries.Filter(q=q))) == (1 if "王" in q else 0), q


async def test_note_and_head_count_are_changed_and_phones_learn_it(opened: None) -> None:
    edition = await an_edition()
    badge = await services.issue(CLI, edition, GROUP)
    after = await changes.annotate(CLI, edition, badge.serial, "贵宾：请通知接待", 15)
    assert (after.note, after.size) == ("贵宾：请通知接待", 15)
    assert await BadgeChange.count().where(BadgeChange.badge == badge.id) == 2
    assert (await Badge.select(Badge.kind).first()) == {"kind": "group"}
