"""``python -m core.files.workshop FORMAT``: looks at the file on its standard input and writes what is to be kept to
its standard output.

A process of its own, with bounds on memory and time: decoders are where hostile files strike, and one that crashes or
runs away takes nothing else along. The answer is one line of JSON (:class:`Made`), then the cleaned file (empty where
the sent one is kept as it is), then its small picture.
"""

import contextlib
import io
import resource
import sys
from typing import Any, BinaryIO

import msgspec

from core.files.rules import BOUND, MOST_PAGES, MOST_PIXELS, PAGE, SMALL

MEMORY = 2 * 1024**3
SECONDS = 20
#: Where a PDF's end is looked for.
_TAIL = 2048
#: What makes a PDF do something, or carry something, when it is opened.
_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/GoToE", "/RichMediaExecute"}
)
_KEYS = frozenset({"/JS", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"})


class Made(msgspec.Struct):
    #: A code of :data:`core.files.rules.FAULTS`; empty when all is well.
    fault: str = ""
    #: The format that it has now.
    form: str = ""
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    whole: int = 0
    small: int = 0


class _Bad(Exception):
    pass


def _small(picture: Any, bound: tuple[int, int]) -> bytes:
    from PIL import Image

    small = picture.copy()
    small.thumbnail(bound, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=82)
    return out.getvalue()


def _encoded(picture: Any, form: str) -> tuple[str, bytes]:
    """Without a word of what the camera wrote. An opaque PNG that is large is a photograph: it becomes a JPEG."""
    out = io.BytesIO()
    if form == "png":
        picture.save(out, "PNG", optimize=True)
        if picture.mode == "RGBA" or out.tell() < 1_500_000:
            return "png", out.getvalue()
        form, out = "jpeg", io.BytesIO()
    if form == "jpeg":
        picture.save(out, "JPEG", quality=88, optimize=True, progressive=True)
    else:
        picture.save(out, "WEBP", quality=88)
    return form, out.getvalue()


def _picture(sent: BinaryIO, form: str) -> tuple[Made, bytes, bytes]:
    from PIL import Image, ImageCms, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # judged below, in our own words
    with Image.open(sent, formats=[form.upper()]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise _Bad("too_many_pixels")
        if form == "jpeg":
            opened.draft("RGB", (BOUND, BOUND))
        opened.load()
        picture: Any = ImageOps.exif_transpose(opened)
        see_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
        profile = picture.info.get("icc_profile")
        if profile and picture.mode in ("RGB", "CMYK"):
            with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
                picture = ImageCms.profileToProfile(
                    picture,
                    ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                    ImageCms.createProfile("sRGB"),
                    outputMode="RGB",
                )
        picture = picture.convert("RGBA" if see_through and form != "jpeg" else "RGB")
        picture.thumbnail((BOUND, BOUND), Image.Resampling.LANCZOS)
        picture.info.clear()
        kept, whole = _encoded(picture, form)
        small = _small(picture, (SMALL, SMALL))
    return Made(form=kept, width=picture.width, height=picture.height, whole=len(whole), small=len(small)), whole, small


def _acts(thing: Any, pikepdf: Any, depth: int = 0) -> bool:
    """Whether this object, or one that stands in it and not for itself, does something."""
    if depth > 30:
        raise _Bad("damaged")
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        keys = set(thing.keys())
        if keys & _KEYS or ("/S" in keys and str(thing["/S"]) in _ACTIONS):
            return True
        inner = [thing[key] for key in keys]
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing)
    else:
        return False
    return any(
        _acts(one, pikepdf, depth + 1) for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect
    )


def _document(sent: BinaryIO) -> tuple[Made, bytes, bytes]:
    import pikepdf

    data = sent.read()
    if b"%%EOF" not in data[-_TAIL:]:
        raise _Bad("damaged")
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                raise _Bad("encrypted")
            pages = len(pdf.pages)
            if not pages:
                raise _Bad("damaged")
            if pages > MOST_PAGES:
                raise _Bad("too_many_pages")
            if _acts(pdf.trailer, pikepdf) or any(_acts(thing, pikepdf) for thing in pdf.objects):
                raise _Bad("active")
    except pikepdf.PasswordError:
        raise _Bad("encrypted") from None
    small = _first_page(data)
    return Made(form="pdf", pages=pages, small=len(small)), b"", small


def _first_page(data: bytes) -> bytes:
    """Empty where it can't be drawn: the file is shown by its name then."""
    import pypdfium2

    with contextlib.suppress(pypdfium2.PdfiumError, ValueError, OSError):
        pdf = pypdfium2.PdfDocument(data)
        try:
            page = pdf[0]
            width, height = page.get_size()
            scale = min(PAGE / max(width, 1), PAGE * 1.5 / max(height, 1))
            return _small(page.render(scale=scale).to_pil().convert("RGB"), (PAGE, PAGE * 2))
        finally:
            pdf.close()
    return b""


def work(sent: BinaryIO, form: str) -> tuple[Made, bytes, bytes]:
    try:
        return _document(sent) if form == "pdf" else _picture(sent, form)
    except _Bad as bad:
        return Made(fault=str(bad)), b"", b""
    except Exception:
        return Made(fault="damaged"), b"", b""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    made, whole, small = work(sys.stdin.buffer, sys.argv[1])
    out = sys.stdout.buffer
    out.write(msgspec.json.encode(made) + b"\n")
    out.write(whole)
    out.write(small)
    out.flush()


if __name__ == "__main__":
    main()
