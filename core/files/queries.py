"""Reading files, and who may."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from core.accounts.roles import Actor
from core.errors import NotFound
from core.files.rules import FORMS
from core.files.tables import FilePiece, StoredFile


class FileInfo(msgspec.Struct, frozen=True):
    id: int
    purpose: str
    name: str
    media_type: str
    size: int
    sha256: str
    small_size: int
    width: int | None
    height: int | None
    pages: int | None
    made_by: str
    made_at: datetime

    @property
    def url(self) -> str:
        """Names the content, so that it may be kept for good: another content has another address."""
        return f"/files/{self.id}/{self.sha256[:20]}.{_endings[self.media_type]}"

    @property
    def small_url(self) -> str:
        """Empty where there is no small picture."""
        return f"/files/{self.id}/{self.sha256[:20]}-small.webp" if self.small_size else ""

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


_endings = {form.media_type: form.ending for form in FORMS.values()}
_INFO = [getattr(StoredFile, name) for name in FileInfo.__struct_fields__]


async def file_info(file: int) -> FileInfo:
    found = await files([file])
    if not found:
        raise NotFound
    return found[file]


async def files(ids: list[int]) -> dict[int, FileInfo]:
    if not ids:
        return {}
    rows = await StoredFile.select(*_INFO).where(StoredFile.id.is_in(ids))
    return {row["id"]: msgspec.convert(row, FileInfo) for row in rows}


async def contents(file: int, *, small: bool = False) -> AsyncIterator[bytes]:
    """Piece by piece."""
    position = 0
    while True:
        row = (
            await FilePiece.select(FilePiece.data)
            .where(FilePiece.file == file, FilePiece.small == small, FilePiece.position == position)
            .first()
        )
        if row is None:
            return
        yield row["data"]
        position += 1


class Reach(StrEnum):
    """``public``: whoever has the address, and it may be kept for good."""

    public = "public"
    private = "private"


Rule = Callable[[Actor, int], Awaitable[Reach | None]]
RULES: dict[str, Rule] = {}


def readable(purpose: str) -> Callable[[Rule], Rule]:
    """The domain's answer to who may read a file of its purpose; ``None`` for who may not even know of it."""

    def keep(rule: Rule) -> Rule:
        RULES[purpose] = rule
        return rule

    return keep


async def reach(actor: Actor, info: FileInfo) -> Reach:
    """:raises NotFound: for who may not read it."""
    rule = RULES.get(info.purpose)
    found = None if rule is None else await rule(actor, info.id)
    if found is None:
        raise NotFound
    return found
