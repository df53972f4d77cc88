"""Scans: judged, written down, answered. The same nonce is one scan and gets one answer, however often it comes."""

import sqlite3

from checkin.rules.scans import BatchIn, ScanIn
from checkin.services import tally
from checkin.services.scans import postgres, sqlite, together
from checkin.services.scans.asking import asked_many, asked_one
from checkin.services.scans.record import Answer
from core.accounts.roles import Actor
from core.db import WriteJob, run_job
from core.editions.queries import EditionInfo

_one = WriteJob(sqlite.one, postgres.one)
_given = WriteJob(sqlite.given, postgres.given)
_many = WriteJob(sqlite.many, together.many)


async def scan(actor: Actor, bound: str, edition: EditionInfo, typed: ScanIn) -> Answer:
    """``bound``: the one checkpoint of a token, or empty.

    :raises OtherCheckpoint: 403. :raises InvalidInput: 422, it could not be judged.
    """
    asked = await asked_one(actor, bound, edition, typed)
    try:
        answer = await run_job(_one, asked)
    except sqlite3.IntegrityError:
        before = await run_job(_given, asked)
        if before is None:
            raise
        answer = before
    tally.nudge(asked.checkpoint.id)
    return answer


async def batch(actor: Actor, bound: str, edition: EditionInfo, typed: BatchIn) -> list[Answer]:
    """All or none, answered in their order; sent again it doubles nothing.

    :raises OtherCheckpoint: 403. :raises InvalidInput: 422.
    """
    every = await asked_many(actor, bound, edition, typed)
    answers = await run_job(_many, every)
    for checkpoint in {asked.checkpoint.id for asked in every}:
        tally.nudge(checkpoint)
    return answers
