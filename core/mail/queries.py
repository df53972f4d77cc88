"""What the desk shows of mail."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from piccolo.query.functions.aggregate import Count

from core.errors import NotFound
from core.mail import rules
from core.mail.tables import MailBounce, MailMessage, MailState


class MailLine(msgspec.Struct, frozen=True):
    id: int
    to_address: str
    to_name: str
    subject: str
    state: MailState
    attempts: int
    last_answer: str
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    template: str

    @property
    def is_secret(self) -> bool:
        """Its link lets somebody in."""
        return self.template in rules.SECRET


class MailDetail(MailLine, frozen=True):
    message_id: str
    locale: str
    text: str
    html: str

    @property
    def can_be_sent(self) -> bool:
        return self.state in rules.AGAIN and bool(self.text)


class Bounce(msgspec.Struct, frozen=True):
    id: int
    address: str
    answer: str
    at: datetime


_LINE = [getattr(MailMessage, name) for name in MailLine.__struct_fields__]
_DETAIL = [getattr(MailMessage, name) for name in MailDetail.__struct_fields__]


async def mails(state: MailState | None, *, before: int | None, limit: int) -> list[MailLine]:
    """The newest first."""
    query = MailMessage.select(*_LINE).order_by(MailMessage.id, ascending=False).limit(limit)
    if state is not None:
        query = query.where(MailMessage.state == state.value)
    if before is not None:
        query = query.where(MailMessage.id < before)
    return [msgspec.convert(row, MailLine) for row in await query]


async def mail(number: int) -> MailDetail:
    """:raises NotFound:"""
    row = await MailMessage.select(*_DETAIL).where(MailMessage.id == number).first()
    if row is None:
        raise NotFound
    return msgspec.convert(row, MailDetail)


async def is_written(key: str) -> bool:
    """Whether there is a mail with this key already."""
    return bool(await MailMessage.exists().where(MailMessage.key == key))


async def counts() -> dict[MailState, int]:
    rows = await MailMessage.select(MailMessage.state, Count()).group_by(MailMessage.state)
    return {state: sum(row["count"] for row in rows if row["state"] == state.value) for state in MailState}


async def waiting_since() -> datetime | None:
    """When the oldest mail was queued that is due and was not tried yet."""
    row = (
        await MailMessage.select(MailMessage.queued_at)
        .where(MailMessage.state == MailState.queued.value, MailMessage.attempts == 0)
        .order_by(MailMessage.queued_at)
        .first()
    )
    found: datetime | None = row["queued_at"] if row else None
    return found


async def overdue(since: datetime) -> int:
    """Mails that might have gone before then and were not tried."""
    return int(
        await MailMessage.count().where(
            MailMessage.state == MailState.queued.value, MailMessage.next_attempt_at < since
        )
    )


async def bounces(limit: int = 200) -> list[Bounce]:
    rows = await MailBounce.select().order_by(MailBounce.at, ascending=False).limit(limit)
    return [msgspec.convert(row, Bounce) for row in rows]


async def keys_written(keys: Collection[str]) -> set[str]:
    """Those under which a mail was written before."""
    found: set[str] = set()
    asked = sorted(keys)
    for start in range(0, len(asked), 1000):  # what one statement takes
        some = asked[start : start + 1000]
        found |= {row["key"] for row in await MailMessage.select(MailMessage.key).where(MailMessage.key.is_in(some))}
    return found
