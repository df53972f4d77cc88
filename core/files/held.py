"""Files that a form accepted while something else in it was to be mended: they wait for the form's next try.

Whose they are the form says (an account, or the form itself of somebody who is not signed in); nobody reads one back.
They go after a day, and before that where one owner has too many. See ``docs/exhibitors-files.md``.
"""

from datetime import timedelta

import msgspec
from piccolo.query.functions.aggregate import Sum

from core import clock
from core.accounts.roles import ANONYMOUS, Actor
from core.db import transaction
from core.errors import DomainError
from core.files import services as files
from core.files.rules import FORMS, MB
from core.files.services import Checked
from core.files.tables import StoredFile
from core.i18n import mark
from core.jobs import every

PURPOSE = "held"
LIFE = timedelta(hours=24)
#: Of one owner: the oldest goes for the next.
MOST = 6
#: Bytes of all forms of people who are not signed in, and of all others: what comes then must be chosen again.
BYTES = 200 * MB
#: Owners that are no accounts begin so.
FORM = "form:"


class HeldGone(DomainError):
    code = "file_gone"
    message = mark("The file you chose before is no longer kept. Please choose it again.")


class Held(msgspec.Struct, frozen=True):
    """As :class:`core.files.services.Checked`, of one that is in the database already."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str

    @property
    def form(self) -> str:
        return _forms[self.media_type]


_forms = {form.media_type: name for name, form in FORMS.items()}
Ready = Checked | Held


async def hold(owner: str, checked: Checked) -> Held | None:
    """``None`` where there is no room."""
    anonymous = StoredFile.made_by.like(f"{FORM}%")
    if not owner.startswith(FORM):
        anonymous = StoredFile.made_by.not_like(f"{FORM}%")
    async with transaction():
        there = (await StoredFile.select(Sum(StoredFile.size)).where(StoredFile.purpose == PURPOSE, anonymous))[0]
        if (there["sum"] or 0) + checked.size > BYTES:
            return None
        own = (
            await StoredFile.select(StoredFile.id)
            .where(StoredFile.purpose == PURPOSE, StoredFile.made_by == owner)
            .order_by(StoredFile.id, ascending=False)
        )
        await _drop([row["id"] for row in own[MOST - 1 :]])
        file = await files.keep(ANONYMOUS, checked, PURPOSE)
        await StoredFile.update({StoredFile.made_by: owner}).where(StoredFile.id == file)
    return Held(file, checked.name, checked.media_type, checked.size, checked.sha256)


async def _drop(ids: list[int]) -> None:
    """But for one that is claimed in this moment."""
    if not ids:
        return
    async with transaction():
        gone = (
            await StoredFile.update({StoredFile.purpose: "dropped"})
            .where(StoredFile.id.is_in(ids), StoredFile.purpose == PURPOSE)
            .returning(StoredFile.id)
        )
        await files.forget([row["id"] for row in gone])


async def held(owner: str, file: int) -> Held | None:
    row = (
        await StoredFile.select(*(getattr(StoredFile, name) for name in Held.__struct_fields__))
        .where(
            StoredFile.id == file,
            StoredFile.purpose == PURPOSE,
            StoredFile.made_by == owner,
            StoredFile.made_at > clock.now() - LIFE,
        )
        .first()
    )
    return None if row is None else msgspec.convert(row, Held)


async def claim(actor: Actor, file: Held, purpose: str) -> int:
    """Inside the transaction of what it belongs to; of two tries at once one gets it. :raises HeldGone: 409."""
    async with transaction():
        won = (
            await StoredFile.update(
                {StoredFile.purpose: purpose, StoredFile.made_by: actor.key, StoredFile.made_at: clock.now()}
            )
            .where(StoredFile.id == file.id, StoredFile.purpose == PURPOSE)
            .returning(StoredFile.id)
        )
        if not won:
            raise HeldGone
    return file.id


async def keep(actor: Actor, ready: Ready, purpose: str) -> int:
    """As :func:`core.files.services.keep`, of either."""
    return await claim(actor, ready, purpose) if isinstance(ready, Held) else await files.keep(actor, ready, purpose)


@every(seconds=3600, name="forget files that no form claimed")
async def sweep() -> int:
    gone = 0
    while True:
        rows = (
            await StoredFile.select(StoredFile.id)
            .where(StoredFile.purpose == PURPOSE, StoredFile.made_at < clock.now() - LIFE)
            .order_by(StoredFile.id)
            .limit(20)
        )
        if not rows:
            return gone
        await _drop([row["id"] for row in rows])
        gone += len(rows)
