"""Checking what was sent, and keeping it."""

import asyncio
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO
from weakref import WeakKeyDictionary

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.db import transaction
from core.files import rules
from core.files.rules import FORMS, Accepts, SentFile, unfit
from core.files.tables import FilePiece, StoredFile
from core.files.workshop import Made

#: Processes at work at once, those that may wait for them, and seconds that one may take.
AT_ONCE = 2
WAITING = 40
PATIENCE = 40.0
PIECE = 256 * 1024
_IN_ONE_INSERT = 4


class Checked(msgspec.Struct, frozen=True):
    """Ready to be kept."""

    name: str
    form: str
    whole: bytes
    small: bytes
    sha256: str
    width: int | None
    height: int | None
    pages: int | None

    @property
    def media_type(self) -> str:
        return FORMS[self.form].media_type

    @property
    def size(self) -> int:
        return len(self.whole)


class _Shop:
    def __init__(self) -> None:
        self.places = asyncio.Semaphore(AT_ONCE)
        self.inside = 0


_shops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shop] = WeakKeyDictionary()


async def examine(sent: SentFile, accepts: Accepts) -> Checked:
    """Looks at a file in a process of its own and cleans it: for outside a transaction.

    :raises Unfit: why it is not taken.
    """
    if sent.content is None or sent.size > accepts.most:
        raise unfit("too_large")
    if not sent.size:
        raise unfit("empty")
    form = rules.form_of(await asyncio.to_thread(_head, sent.content), accepts)
    made, whole, small = await _work(sent.content, form)
    if made.fault:
        raise unfit(made.fault)
    if not whole:
        whole = await asyncio.to_thread(_all, sent.content)
    digest = await asyncio.to_thread(lambda: hashlib.sha256(whole).hexdigest())
    name = rules.clean_name(sent.name, FORMS[made.form].ending)
    return Checked(name, made.form, whole, small, digest, made.width, made.height, made.pages)


def _head(content: IO[bytes]) -> bytes:
    content.seek(0)
    return content.read(4096)


def _all(content: IO[bytes]) -> bytes:
    content.seek(0)
    return content.read()


async def _work(content: IO[bytes], form: str) -> tuple[Made, bytes, bytes]:
    with tempfile.TemporaryFile() as answer:
        await in_workshop("core.files.workshop", form, content, answer)
        return await asyncio.to_thread(_answer, answer)


async def in_workshop(module: str, argument: str, content: IO[bytes], answer: IO[bytes]) -> None:
    """Has a module look at the content in a process of its own, of which few run at a time. The child sees nothing of
    our environment: no secret of the settings stands in it.

    :raises Unfit: too many wait, or it crashed, ran away or took too long.
    """
    shop = _shops.setdefault(asyncio.get_running_loop(), _Shop())
    if shop.inside >= AT_ONCE + WAITING:
        raise unfit("busy")
    shop.inside += 1
    try:
        async with shop.places:
            await _child(module, argument, content, answer)
    finally:
        shop.inside -= 1


async def _child(module: str, argument: str, content: IO[bytes], answer: IO[bytes]) -> None:
    own = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    with tempfile.TemporaryFile() as given:
        await asyncio.to_thread(_copy, content, given)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            module,
            argument,
            stdin=given,
            stdout=answer,
            stderr=asyncio.subprocess.DEVNULL,
            env=own,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                code = await process.wait()
        except BaseException as error:
            process.kill()
            await process.wait()
            if isinstance(error, TimeoutError):
                raise unfit("damaged") from None
            raise
        if code:
            raise unfit("damaged")


def _copy(content: IO[bytes], given: IO[bytes]) -> None:
    content.seek(0)
    while piece := content.read(PIECE):
        given.write(piece)
    given.seek(0)


def _answer(answer: IO[bytes]) -> tuple[Made, bytes, bytes]:
    answer.seek(0)
    made = msgspec.json.decode(answer.readline(), type=Made)
    return made, answer.read(made.whole), answer.read(made.small)


def _pieces(file: int, whole: bytes, small: bytes) -> Iterator[FilePiece]:
    for is_small, data in ((False, whole), (True, small)):
        for position, start in enumerate(range(0, len(data), PIECE)):
            yield FilePiece(file=file, small=is_small, position=position, data=data[start : start + PIECE])


async def keep(actor: Actor, checked: Checked, purpose: str) -> int:
    """Inside the transaction of what it belongs to, which also writes the trail; answers the file's id."""
    row = StoredFile(
        purpose=purpose,
        name=checked.name,
        media_type=checked.media_type,
        size=len(checked.whole),
        sha256=checked.sha256,
        small_size=len(checked.small),
        width=checked.width,
        height=checked.height,
        pages=checked.pages,
        made_by=actor.key,
        made_at=clock.now(),
    )
    return await _keep(row, checked.whole, checked.small)


async def keep_sheet(actor: Actor, name: str, data: bytes, sha256: str, purpose: str) -> int:
    """As :func:`keep`, of a spreadsheet as it came. Nobody reads it back but the program."""
    row = StoredFile(
        purpose=purpose,
        name=name,
        media_type="application/octet-stream",
        size=len(data),
        sha256=sha256,
        made_by=actor.key,
        made_at=clock.now(),
    )
    return await _keep(row, data, b"")


async def _keep(row: StoredFile, whole: bytes, small: bytes) -> int:
    async with transaction():
        made = await StoredFile.insert(row).returning(StoredFile.id)
        file: int = made[0]["id"]
        pieces = list(_pieces(file, whole, small))
        for start in range(0, len(pieces), _IN_ONE_INSERT):
            await FilePiece.insert(*pieces[start : start + _IN_ONE_INSERT])
    return file


async def forget(files: list[int]) -> None:
    """For good. Inside the transaction that removes what refers to them."""
    if not files:
        return
    async with transaction():
        await FilePiece.delete().where(FilePiece.file.is_in(files))
        await StoredFile.delete().where(StoredFile.id.is_in(files))
