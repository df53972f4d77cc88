"""What a service that creates something does inside its transaction: ``claim`` first, ``keep`` last."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from secrets import token_bytes

import asyncpg
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import clock, db
from core.config import secret_key
from core.errors import DomainError
from core.i18n import mark
from core.idempotency.tables import KeptAnswer

#: How long an answer is kept at least.
KEPT_FOR = timedelta(hours=26)
#: Work that was begun this long ago and has not ended died with its process.
DEAD_AFTER = timedelta(seconds=60)
_NONCE = 12


class Mismatch(DomainError):
    status = 409
    code = "idempotency_mismatch"
    message = mark("This idempotency key was used before with another body.")


class InProgress(DomainError):
    status = 409
    code = "in_progress"
    message = mark("The first call with this idempotency key is still at work.")
    retry_after = 1


class Given(msgspec.Struct, frozen=True):
    """The answer as it was given the first time."""

    status: int
    body: bytes
    at: datetime = datetime.min.replace(tzinfo=UTC)


class AlreadyGiven(Exception):
    """Ends the transaction of a second call: the first one's answer stands."""

    def __init__(self, given: Given) -> None:
        self.given = given
        super().__init__("answered before")


def _hash(purpose: str, *parts: bytes) -> bytes:
    made = blake2b(key=secret_key("idempotency"), digest_size=32, person=purpose.encode())
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.digest()


class Once:
    """One call under a key, by one actor at one path. Without a key (``Once.unasked()``) both steps do nothing."""

    def __init__(self, actor: str, path: str, key: str, body: bytes) -> None:
        self._asked = True
        whose = (actor.encode(), path.encode(), key.encode())
        self._claim = _hash("claim", *whose).hex()
        self._cipher_key = _hash("cipher", *whose)
        self._sent = _hash("body", body).hex()

    @classmethod
    def unasked(cls) -> "Once":
        once = cls.__new__(cls)
        once._asked = False
        return once

    async def given_before(self) -> Given | None:
        """The answer of a call that has ended, outside or inside a transaction. Raises :class:`Mismatch`."""
        if not self._asked:
            return None
        row = await (
            KeptAnswer.select(KeptAnswer.sent, KeptAnswer.status, KeptAnswer.answer, KeptAnswer.created_at)
            .where(KeptAnswer.claim == self._claim)
            .first()
        )
        if row is None:
            return None
        if not hmac.compare_digest(row["sent"], self._sent):
            raise Mismatch
        if not row["status"]:
            raise InProgress
        sealed = bytes(row["answer"])
        body = AESGCM(self._cipher_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        return Given(row["status"], body, row["created_at"])

    async def claim(self) -> None:
        """First statement of the transaction. A second call waits here for the first one's end; then
        :class:`AlreadyGiven`, :class:`Mismatch` or, if it does not end in time, :class:`InProgress`."""
        if not self._asked:
            return
        row = KeptAnswer(claim=self._claim, sent=self._sent, created_at=clock.now())
        try:
            own = await (
                KeptAnswer.insert(row)
                .on_conflict(target=KeptAnswer.claim, action="DO NOTHING")
                .returning(KeptAnswer.id)
            )
        except db.Busy as busy:
            if isinstance(busy.__cause__, asyncpg.exceptions.LockNotAvailableError):
                raise InProgress from busy
            raise
        if own:
            return
        given = await self.given_before()
        if given is None:
            raise InProgress
        raise AlreadyGiven(given)

    async def begin(self) -> Given | None:
        """For work in transactions of its own, before it: an earlier call's answer, or None and it is this call's to
        do, which ends by ``keep`` or ``forget``.

        :raises InProgress: an earlier call is at work, and has been for less than :data:`DEAD_AFTER`.
        """
        async with db.transaction():
            try:
                await self.claim()
            except AlreadyGiven as before:
                return before.given
            except InProgress as waited:
                if waited.__cause__:  # in vain for another's lock: this transaction can do no more
                    raise
                now = clock.now()
                taken = (
                    await KeptAnswer.update({KeptAnswer.created_at: now})
                    .where(KeptAnswer.claim == self._claim, KeptAnswer.status == 0)
                    .where(KeptAnswer.created_at < now - DEAD_AFTER)
                    .returning(KeptAnswer.id)
                )
                if not taken:
                    raise
        return None

    async def forget(self) -> None:
        """What was begun came to nothing that must not happen twice."""
        async with db.transaction():
            await KeptAnswer.delete().where(KeptAnswer.claim == self._claim, KeptAnswer.status == 0)

    async def keep(self, status: int, body: bytes) -> None:
        """Last statement of the transaction."""
        if not self._asked:
            return
        nonce = token_bytes(_NONCE)
        sealed = nonce + AESGCM(self._cipher_key).encrypt(nonce, body, None)
        await KeptAnswer.update({KeptAnswer.status: status, KeptAnswer.answer: sealed}).where(
            KeptAnswer.claim == self._claim
        )


async def purge() -> None:
    """Forgets what is older than :data:`KEPT_FOR`."""
    async with db.transaction():
        await KeptAnswer.delete().where(KeptAnswer.created_at < clock.now() - KEPT_FOR)
