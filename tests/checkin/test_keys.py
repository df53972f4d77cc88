"""Keys of an edition: made when needed, once; followed; struck off."""

import asyncio

import pytest

from checkin import codes, keys
from checkin.queries import badges as queries
from checkin.queries.badges import BadgeInfo
from checkin.rules.badges import BadgeDraft, BadgeIn
from checkin.services import badges as services
from checkin.services import upkeep
from checkin.tables import Badge, BadgeChange, BadgeKey, BadgeKind
from core import config, db
from core.accounts.roles import CLI
from core.editions.queries import EditionInfo
from core.errors import NotFound
from tests.expo import an_edition

pytestmark = pytest.mark.anyio

CREW = BadgeIn("crew", "示例 人员")


async def signed_well(edition: EditionInfo, badge: BadgeInfo) -> bool:
    parsed = codes.parse(badge.code)
    assert parsed is not None
    assert (parsed.claims.uid, parsed.claims.kind, parsed.claims.key) == (badge.uid, badge.kind, badge.key_number)
    return codes.verify(parsed, await keys.public_keys(edition.id))


async def test_of_many_who_need_the_first_key_at_once_all_sign_with_the_same(opened: None) -> None:
    edition = await an_edition()
    signers = await asyncio.gather(*(keys.signer(edition) for _ in range(20)))
    assert {one.number for one in signers} == {1}
    assert len({one.private.public_key().public_bytes_raw() for one in signers}) == 1
    assert await BadgeKey.count() == 1


async def test_a_private_key_stands_nowhere_in_the_database(opened: None) -> None:
    edition = await an_edition()
    signer = await keys.signer(edition)
    [row] = await BadgeKey.select()
    raw = signer.private.private_bytes_raw()
    assert raw.hex() not in str(row)
    assert row["public"] == signer.private.public_key().public_bytes_raw().hex()


async def test_after_a_rotation_new_badges_have_the_new_key_and_old_ones_stay_good(opened: None) -> None:
    edition = await an_edition()
    old = await services.issue(CLI, edition, CREW)
    await keys.rotate(CLI, edition)
    new = await services.issue(CLI, edition, CREW)
    assert (old.key_number, new.key_number) == (1, 2)
    assert await signed_well(edition, old)
    assert await signed_well(edition, new)


async def test_what_a_key_struck_off_has_signed_is_refused_and_its_badges_get_new_codes(opened: None) -> None:
    edition = await an_edition()
    other = await an_edition(False, slug="2027")
    old = await services.issue(CLI, edition, CREW)
    elsewhere = await services.issue(CLI, other, CREW)
    assert await keys.strike_off(CLI, edition, 1, "示例：存储介质遗失") == 1
    assert not await signed_well(edition, old)
    assert await queries.count_badges(edition) == 1
    with pytest.raises(NotFound):
        await queries.badge_with_code(edition, old.code)
    with pytest.raises(NotFound):
        await keys.strike_off(CLI, edition, 1, "示例")
    await upkeep.sign_what_has_none()
    new = await queries.badge_with_serial(edition, old.serial)
    assert (new.key_number, new.uid != old.uid) == (2, True)
    assert await signed_well(edition, new)
    assert await signed_well(other, elsewhere)
    assert await BadgeChange.count().where(BadgeChange.badge == old.id) == 2


async def test_under_another_secret_a_new_key_signs_and_old_badges_can_still_be_checked(
    opened: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = await an_edition()
    old = await services.issue(CLI, edition, CREW)
    monkeypatch.setattr(keys, "secret_key", lambda purpose: config.secret_key(f"another {purpose}"))
    new = await services.issue(CLI, edition, CREW)
    assert (old.key_number, new.key_number) == (1, 2)
    assert await signed_well(edition, old)


async def test_the_256th_key_is_refused(opened: None) -> None:
    edition = await an_edition()
    await keys.signer(edition)
    async with db.transaction():
        await BadgeKey.update({BadgeKey.number: 255}, force=True)
    with pytest.raises(keys.KeysUsedUp):
        await keys.rotate(CLI, edition)


async def test_badges_made_before_codes_were_signed_get_one_and_nothing_happens_twice(opened: None) -> None:
    edition = await an_edition()
    drafts = [BadgeDraft(BadgeKind.visitor, f"示例{n}", "示例单位", ()) for n in range(3)]
    made = await services.issue_all(CLI, edition, drafts)
    async with db.transaction():
        await Badge.update({Badge.uid: None, Badge.key_number: None, Badge.search: ""}, force=True)
        for one in made:
            await Badge.update({Badge.code: f"YB:OLD{one.serial}"}).where(Badge.id == one.id)
    await asyncio.gather(upkeep.sign_some(edition.slug), upkeep.sign_some(edition.slug))
    after = await queries.badges(edition)
    assert all([await signed_well(edition, one) for one in after])
    found = await queries.badges(edition, queries.Filter(q="shili2"))
    assert [one.holder for one in found] == ["示例2"]
    assert await upkeep.sign_some(edition.slug) == 0
