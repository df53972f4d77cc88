"""Which files are taken, what a file really is, and how it may be called: pure functions."""

import re
from enum import StrEnum
from typing import IO

import msgspec

from core import text
from core.i18n import mark

MB = 1024 * 1024
#: Bytes of one file.
MOST = 10 * MB
#: Of a picture: that of a telephone of fifty million pixels still fits.
MOST_PIXELS = 51_000_000
#: What a picture is brought down to, and its small one.
BOUND = 2400
SMALL = 480
#: A document's first page.
PAGE = 1100
MOST_PAGES = 300


class Kind(StrEnum):
    picture = "picture"
    document = "document"


class Accepts(msgspec.Struct, frozen=True):
    kinds: frozenset[Kind]
    most: int = MOST

    @property
    def endings(self) -> str:
        """For ``accept`` of an ``<input type=file>``."""
        return ",".join(ending for kind in sorted(self.kinds) for ending in _ENDINGS[kind])


_ENDINGS = {Kind.picture: (".jpg", ".jpeg", ".png", ".webp"), Kind.document: (".pdf",)}
PICTURE = Accepts(frozenset({Kind.picture}))
DOCUMENT = Accepts(frozenset({Kind.document}))
PICTURE_OR_DOCUMENT = Accepts(frozenset({Kind.picture, Kind.document}))


class Form(msgspec.Struct, frozen=True):
    """A format that is taken."""

    kind: Kind
    media_type: str
    ending: str


FORMS = {
    "jpeg": Form(Kind.picture, "image/jpeg", "jpg"),
    "png": Form(Kind.picture, "image/png", "png"),
    "webp": Form(Kind.picture, "image/webp", "webp"),
    "pdf": Form(Kind.document, "application/pdf", "pdf"),
}


class SentFile(msgspec.Struct):
    """As it came. ``content`` is on disk or in memory, ``None`` when it was larger than any file may be."""

    name: str
    content: IO[bytes] | None
    size: int


class Unfit(text.Fault):
    """A file that is not taken."""


#: Code to what people read. The limits stand in the text, for a message carries no values.
FAULTS = {
    "empty": mark("This file is empty. Please choose another one."),
    "too_large": mark("This file is larger than 10 MB. Please choose a smaller one, or a photograph of it."),
    "svg": mark("SVG pictures are not taken, for they may hold programs. Please save it as PNG or JPEG."),
    "heic": mark("HEIC pictures are not taken. Please save it as JPEG."),
    "picture_needed": mark("Please choose a picture: JPEG, PNG or WebP."),
    "pdf_for_picture": mark("This is a PDF, whatever its name says, and a picture is needed here: JPEG, PNG or WebP."),
    "document_needed": mark("Please choose a PDF."),
    "picture_for_pdf": mark("This is a picture, whatever its name says, and a PDF is needed here."),
    "kind": mark("Files of this kind are not taken. Please choose a PDF or a picture: JPEG, PNG or WebP."),
    "too_many_pixels": mark("This picture has more than 50 million pixels. Please choose a smaller one."),
    "too_many_pages": mark("This PDF has more than 300 pages. Please choose a shorter one."),
    "damaged": mark("This file is damaged or not complete. Please open it, save it again and send that."),
    "encrypted": mark("This PDF is protected. Please save it without a password and send that."),
    "active": mark("This PDF holds programs or other files. Please print it into a new PDF and send that."),
    "busy": mark("Too many files are being checked right now. Please send it again in a minute."),
}


def unfit(code: str) -> Unfit:
    return Unfit(code, FAULTS[code])


_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
)
_HEIF = re.compile(rb"(heic|heix|hevc|heif|mif1|msf1|avif)")


def sniff(head: bytes) -> str:
    """What a file is by its first bytes, whatever its name says: one of :data:`FORMS`, ``svg``, ``heic`` or ``other``.

    A PDF begins with its mark here, though readers find it later, too: what stands before would be another file.
    """
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and _HEIF.search(head[8:32]):
        return "heic"
    if b"<svg" in head.replace(b"\0", b"").lower():
        return "svg"
    return "other"


def form_of(head: bytes, accepts: Accepts) -> str:
    """The format, if it is taken here.

    :raises Unfit: and why not.
    """
    return fitting(sniff(head), accepts)


def fitting(found: str, accepts: Accepts) -> str:
    """As :func:`form_of`, of what :func:`sniff` has found."""
    form = FORMS.get(found)
    if form is not None and form.kind in accepts.kinds:
        return found
    if found in ("svg", "heic"):
        raise unfit(found)
    if accepts.kinds == {Kind.picture}:
        raise unfit("pdf_for_picture" if found == "pdf" else "picture_needed")
    if accepts.kinds == {Kind.document}:
        raise unfit("picture_for_pdf" if form is not None else "document_needed")
    raise unfit("kind")


_BAD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:\"|?*%]")


def clean_name(sent: str, ending: str) -> str:
    """The last part of a path, without what a file system or a header would trip over, and with the ending of what
    the file really is."""
    last = re.split(r"[/\\]", _BAD.sub("", sent[:2000]))[-1]
    stem, dot, old = text.line(last).rpartition(".")
    if not dot or len(old) > 5:
        stem = text.line(last)
    stem = stem.strip(" .")[:120].strip(" .")
    return f"{stem or 'file'}.{ending}"
