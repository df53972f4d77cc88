"""Forms with files, read as they come: a file waits on the disk, what is too large is passed over, and the rest of the
form stays readable, so that it can be shown again with what was typed.

::

    @post("/portal/logo", opt={**SIGNED_IN, **UPLOADS})
    async def logo(request: Request[Any, Any, Any]) -> Response[Any]:
        async with sent_upload(request) as sent:
            errors = {}
            checked = await sent.examined("logo", PICTURE, errors)      # None without a file, or with a fault in errors
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Any

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException
from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from core.files.rules import FORMS, MOST, Accepts, SentFile
from core.files.services import Checked, examine
from core.text import Fault
from gateway.forms import Form, sent_form

#: For ``opt``. Larger bodies are refused as a whole; up to here a file that is too large is refused at its field.
UPLOADS: dict[str, Any] = {"max_body": 64_000_000}
#: Bytes of all that is no file.
_MOST_TEXT = 1_000_000
_IN_MEMORY = 256 * 1024
_PARTS = 1000


class Upload:
    """``fields`` as Litestar gives a form, ``form`` as :func:`gateway.forms.form_of` does."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.files: dict[str, list[SentFile]] = {}

    @property
    def fields(self) -> FormMultiDict:
        return FormMultiDict(self.pairs)

    @property
    def form(self) -> Form:
        form = Form()
        form.many = {}
        for name, value in self.pairs:
            form[name] = value
            form.many.setdefault(name, []).append(value)
        return form

    async def examined(
        self, name: str, accepts: Accepts, errors: dict[str, str], *, required: str = ""
    ) -> Checked | None:
        """The checked file of this field; else ``None``, and in ``errors`` the source text of what is wrong.

        ``required`` is the source text for a field without a file.
        """
        sent = self.files.get(name, [])
        if not sent:
            if required:
                errors[name] = required
            return None
        try:
            return await examine(sent[0], accepts)
        except Fault as fault:
            errors[name] = fault.message
            return None

    def is_other(self, name: str, checked: Checked) -> bool:
        """Whether the file's name claimed another kind than it is: said, not refused, where both are taken."""
        ending = self.files[name][0].name.rpartition(".")[2].lower()
        same = {"jpg": "jpeg", "jpe": "jpeg"}.get(ending, ending)
        return FORMS[same].kind is not FORMS[checked.form].kind if same in FORMS else False

    async def close(self) -> None:
        for sent in self.files.values():
            for file in sent:
                if file.content is not None:
                    file.content.close()


@asynccontextmanager
async def sent_upload(request: Request[Any, Any, Any], *, most: int = MOST) -> AsyncIterator[Upload]:
    """``most``: bytes of one file. The files are gone when the block ends.

    :raises HTTPException: 400, 413.
    """
    found = Upload()
    try:
        await _read(request, found, most)
        yield found
    finally:
        await found.close()


async def _read(request: Request[Any, Any, Any], found: Upload, most: int) -> None:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind.lower() != "multipart/form-data":
        data = await sent_form(request)
        found.pairs = [(name, str(value)) for name, value in data.multi_items()]
        return
    reading = _Reading(found, most)
    try:
        with PushMultipartParser(options.get("boundary", ""), max_segment_count=_PARTS) as parser:
            async for chunk in request.stream():
                if not chunk:
                    continue
                for part in parser.parse(chunk):
                    await reading.take(part)
    except MultipartError as error:
        raise HTTPException(status_code=400) from error
    except (UnicodeError, LookupError, ValueError) as error:
        raise HTTPException(status_code=400) from error
    finally:
        reading.drop()


class _Reading:
    def __init__(self, found: Upload, most: int) -> None:
        self.found = found
        self.most = most
        self.text = bytearray()
        self.texts = 0
        self.name = ""
        self.file: SentFile | None = None

    async def take(self, part: Any) -> None:
        if isinstance(part, MultipartSegment):
            self.name, self.text = part.name, bytearray()
            if part.filename is not None:
                # Stays in memory while it is small.
                content: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # closed by Upload
                self.file = SentFile(part.filename, content, 0)
        elif part:
            await self._more(bytes(part))
        else:
            self._end()

    async def _more(self, piece: bytes) -> None:
        file = self.file
        if file is None:
            self.texts += len(piece)
            if self.texts > _MOST_TEXT:
                raise HTTPException(status_code=413)
            self.text += piece
            return
        file.size += len(piece)
        if file.size > self.most:
            self.drop()
        elif file.content is not None:
            if file.size > _IN_MEMORY:
                await asyncio.to_thread(file.content.write, piece)
            else:
                file.content.write(piece)

    def _end(self) -> None:
        if self.file is None:
            self.found.pairs.append((self.name, self.text.decode()))
        elif self.file.name or self.file.size:  # an empty field of a form comes as a file without name and content
            self.found.files.setdefault(self.name, []).append(self.file)
        else:
            self.drop()
        self.file = None

    def drop(self) -> None:
        """What is not to be kept: of one too large the rest is only counted."""
        if self.file is not None and self.file.content is not None:
            self.file.content.close()
            self.file.content = None
