"""The sender: from the table to the mail server.

**At least once.** A message is claimed by a conditional update that one caller wins, and is that caller's until
``claimed_until``. ``sent`` is committed as soon as the server has taken it, so whoever is killed between the
server's 250 and that commit sends this one message twice, with the same Message-ID; none is lost.

**None blocks another.** A refused message waits or fails by itself. If the server cannot be reached at all, the message
goes back and the lane pauses, so that a long outage does not use up the tries of all that wait.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from secrets import token_hex
from typing import Any

import msgspec

from core import clock
from core.config import settings
from core.db import Busy, transaction
from core.mail import rules, waking
from core.mail.delivery import Connection, Outcome, Timeouts
from core.mail.tables import MailBounce, MailMessage, MailState
from core.mail.wire import Server, server_of
from core.waking import rung

log = logging.getLogger("yinbo.mail")


class Pace(msgspec.Struct, frozen=True):
    timeouts: Timeouts = Timeouts()
    #: Longer than one message can take.
    claim: timedelta = timedelta(minutes=4)
    first_pause: timedelta = rules.FIRST_PAUSE
    longest_pause: timedelta = rules.LONGEST_PAUSE
    gives_up_after: timedelta = rules.GIVES_UP_AFTER
    #: Connections beside each other, so that a slow recipient does not hold up all.
    lanes: int = 2
    #: Seconds between two looks for what other processes wrote.
    idle: float = 2.0
    #: Seconds after the server could not be reached: the first and the longest.
    unreachable: tuple[float, float] = (1.0, 60.0)
    #: Seconds that a message in flight is given when the process stops.
    stop: float = 5.0


def _is_due(now: Any) -> Any:
    return ((MailMessage.state == MailState.queued.value) & (MailMessage.next_attempt_at <= now)) | (
        (MailMessage.state == MailState.sending.value) & (MailMessage.claimed_until < now)
    )


async def claim(name: str, hold: timedelta) -> dict[str, Any] | None:
    """The next message that is due; from now on it is this caller's alone."""
    now = clock.now()
    found = (
        await MailMessage.select(MailMessage.id)
        .where(_is_due(now))
        .order_by(MailMessage.next_attempt_at)
        .order_by(MailMessage.id)
        .limit(4)
    )
    for row in found:
        async with transaction():
            claimed: list[dict[str, Any]] = (
                await MailMessage.update(
                    {
                        MailMessage.state: MailState.sending.value,
                        MailMessage.attempts: MailMessage.attempts + 1,
                        MailMessage.claimed_by: f"{name}:{token_hex(4)}",
                        MailMessage.claimed_until: now + hold,
                    }
                )
                .where(MailMessage.id == row["id"], _is_due(now))
                .returning(*MailMessage.all_columns())
            )
        if claimed:
            return claimed[0]
    return None


async def settle(row: dict[str, Any], outcome: Outcome, pace: Pace) -> None:
    """Writes down what became of it, unless its claim has ended and another caller has it."""
    now = clock.now()
    values: dict[Any, Any] = {MailMessage.last_answer: outcome.answer, MailMessage.claimed_until: None}
    if outcome.kind == "sent":
        values |= {MailMessage.state: MailState.sent.value, MailMessage.sent_at: now}
        if row["template"] in rules.SECRET:
            values |= {MailMessage.text: "", MailMessage.html: ""}
    elif outcome.kind == "never":
        values |= {MailMessage.state: MailState.failed.value}
    else:
        again = now + rules.pause_after(row["attempts"], pace.first_pause, pace.longest_pause)
        if outcome.kind == "unreachable":
            # No fault of this message: first in the line when the server is back.
            again = now
            values |= {MailMessage.attempts: MailMessage.attempts - 1}
        if again > row["queued_at"] + pace.gives_up_after:
            values |= {MailMessage.state: MailState.failed.value}
        else:
            values |= {MailMessage.state: MailState.queued.value, MailMessage.next_attempt_at: again}
    async with transaction():
        mine = (
            await MailMessage.update(values)
            .where(
                MailMessage.id == row["id"],
                MailMessage.claimed_by == row["claimed_by"],
                MailMessage.state == MailState.sending.value,
            )
            .returning(MailMessage.id)
        )
        if mine and outcome.bounced:
            await MailBounce.insert(MailBounce(address=row["to_address"], answer=outcome.answer, at=now)).on_conflict(
                target=MailBounce.address,
                action="DO UPDATE",
                values=[(MailBounce.answer, outcome.answer), (MailBounce.at, now)],
            )
        elif mine and outcome.kind == "sent":
            await MailBounce.delete().where(MailBounce.address == row["to_address"])


class Sender:
    def __init__(self, server: Server, pace: Pace) -> None:
        self._server, self._pace = server, pace
        self._name = f"{socket.gethostname()[:20]}:{os.getpid()}"
        self._stopping = asyncio.Event()

    async def lane(self, bell: asyncio.Event) -> None:
        connection = Connection(self._server, self._pace.timeouts)
        outage = 0
        try:
            while not self._stopping.is_set():
                try:
                    row = await claim(self._name, self._pace.claim)
                except Busy:
                    await self._rest(bell, 1.0)
                    continue
                except Exception:
                    log.exception("looking for mail failed")
                    await self._rest(bell, 5.0)
                    continue
                if row is None:
                    if not await self._rest(bell, self._pace.idle):
                        await connection.close()
                    continue
                outcome = await connection.deliver(row)
                await self._write_down(row, outcome)
                if outcome.kind == "unreachable":
                    if not outage:
                        log.error("the mail server %s cannot be reached: %s", self._server, outcome.answer)
                    first, longest = self._pace.unreachable
                    await self._pause(min(first * 2 ** min(outage, 20), longest))
                    outage += 1
                elif outage:
                    log.warning("the mail server is back")
                    outage = 0
        finally:
            await connection.close()

    async def _rest(self, bell: asyncio.Event, seconds: float) -> bool:
        return await rung(bell, seconds) or self._stopping.is_set()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _write_down(self, row: dict[str, Any], outcome: Outcome) -> None:
        """Until it is written or this process ends: a mail that was taken must not be sent again."""
        if outcome.kind == "never":
            log.warning("mail %s was refused for good", row["id"])
        pause = 0.1
        while True:
            try:
                await settle(row, outcome, self._pace)
                return
            except Busy:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
            except Exception:
                log.exception("what became of mail %s could not be written", row["id"])
                return

    def stop(self) -> None:
        self._stopping.set()


@asynccontextmanager
async def worker(pace: Pace | None = None) -> AsyncIterator[None]:
    """For the app's lifespan. Without SMTP_URL nothing is sent. On leaving, what is in flight may still arrive."""
    server, pace = server_of(settings()), pace or Pace()
    if server is None:
        yield
        return
    sender = Sender(server, pace)
    with contextlib.ExitStack() as bells:
        lanes = []
        rings = [bells.enter_context(waking.bell()) for _ in range(pace.lanes)]
        for number, bell in enumerate(rings):
            lanes.append(asyncio.create_task(sender.lane(bell), name=f"mail {number}"))
        try:
            yield
        finally:
            sender.stop()
            for bell in rings:
                bell.set()
            await asyncio.wait(lanes, timeout=pace.stop)
            for task in lanes:
                task.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
