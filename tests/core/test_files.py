"""What is taken, what is cleaned, what is refused and with which word."""

import io
import struct
import zlib

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.accounts.roles import CLI
from core.db import transaction
from core.files import queries, rules, services
from core.files.rules import DOCUMENT, FAULTS, MOST, PICTURE, PICTURE_OR_DOCUMENT, Accepts, SentFile, Unfit
from core.files.services import Checked, examine
from core.i18n import translate
from tests import uploads

pytestmark = pytest.mark.anyio


async def taken(data: bytes, name: str = "file", accepts: Accepts = PICTURE_OR_DOCUMENT) -> Checked:
    return await examine(SentFile(name, io.BytesIO(data), len(data)), accepts)


async def refused(data: bytes, name: str = "file", accepts: Accepts = PICTURE_OR_DOCUMENT) -> str:
    with pytest.raises(Unfit) as told:
        await taken(data, name, accepts)
    assert told.value.message == FAULTS[told.value.code]
    return told.value.code


def bomb_of_pixels(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be this large."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


async def test_a_picture_loses_its_place_and_stands_upright() -> None:
    checked = await taken(uploads.picture_with_gps(), "IMG_0001.JPG")
    assert (checked.name, checked.media_type) == ("IMG_0001.jpg", "image/jpeg")
    assert (checked.width, checked.height) == (480, 640)
    with Image.open(io.BytesIO(checked.whole)) as kept:
        assert dict(kept.getexif()) == {}
        assert "exif" not in kept.info
    assert b"SampleCam" not in checked.whole


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_pictures_keep_their_format_and_get_a_small_one(form: str) -> None:
    checked = await taken(uploads.picture(form, (4000, 1000)))
    with Image.open(io.BytesIO(checked.whole)) as whole, Image.open(io.BytesIO(checked.small)) as small:
        assert (whole.format, whole.size) == (form, (2400, 600))
        assert (small.format, small.size) == ("WEBP", (480, 120))


async def test_a_logo_stays_see_through() -> None:
    checked = await taken(uploads.picture("PNG", mode="RGBA"))
    with Image.open(io.BytesIO(checked.whole)) as kept:
        assert kept.mode == "RGBA"


async def test_what_hides_behind_a_picture_is_gone() -> None:
    checked = await taken(uploads.picture() + uploads.zip_bomb() + b"<script>alert(1)</script>")
    assert b"PK\x03\x04" not in checked.whole
    assert b"script" not in checked.whole


async def test_a_document_is_kept_as_it_came_with_a_look_at_its_first_page() -> None:
    sent = uploads.document(3)
    checked = await taken(sent, "执照.pdf")
    assert (checked.name, checked.pages, checked.whole) == ("执照.pdf", 3, sent)
    with Image.open(io.BytesIO(checked.small)) as small:
        assert small.width == 1100


async def test_a_pdf_named_jpg_is_taken_as_what_it_is_or_refused_as_what_it_is() -> None:
    assert (await taken(uploads.document(), "licence.jpg")).name == "licence.pdf"
    assert await refused(uploads.document(), "logo.jpg", PICTURE) == "pdf_for_picture"
    assert await refused(uploads.picture(), "drawing.pdf", DOCUMENT) == "picture_for_pdf"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (uploads.SVG, "svg"),
        (uploads.SVG.decode().encode("utf-16"), "svg"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (uploads.zip_bomb(), "kind"),
        (b"MZ\x90\0", "kind"),
        (b"<html><script>", "kind"),
        (b"GIF89a%PDF-1.7", "kind"),
        (uploads.picture()[:-2000], "damaged"),
        (uploads.picture("PNG")[:200], "damaged"),
        (uploads.document()[:-200], "damaged"),
        (uploads.document() + uploads.zip_bomb(), "damaged"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (b"%PDF-1.7\n" + b"[" * 100_000 + b"\n%%EOF", "damaged"),
        (bomb_of_pixels(60_000, 60_000), "too_many_pixels"),
        (uploads.document(301), "too_many_pages"),
        (uploads.encrypted(), "encrypted"),
        (uploads.document_with(OpenAction=uploads.javascript()), "active"),
        (uploads.document_with(AA=pikepdf.Dictionary(O=uploads.javascript())), "active"),
        (uploads.document_with(OpenAction=uploads.launch()), "active"),
        (uploads.document_with(AcroForm=pikepdf.Dictionary(XFA=pikepdf.Array([]))), "active"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_what_is_refused(data: bytes, code: str) -> None:
    assert await refused(data) == code


async def test_a_file_beyond_its_limit_is_not_looked_at() -> None:
    with pytest.raises(Unfit) as told:
        await examine(SentFile("a.jpg", None, 50 * uploads.MB), PICTURE)
    assert told.value.code == "too_large"
    assert await refused(b"\xff\xd8\xff" + b"\0" * MOST) == "too_large"


@pytest.mark.parametrize("text", FAULTS.values())
def test_refusals_are_said_in_chinese(text: str) -> None:
    assert translate("zh-CN", text) != text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\示例\\执照.PDF", "执照.pdf"),
        ("a\0b\r\nc.pdf", "abc.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("", "file.pdf"),
        ("CON<>:|?*.pdf", "CON.pdf"),
        ("名" * 300 + ".pdf", "名" * 120 + ".pdf"),
        ("two.names.jpeg", "two.names.pdf"),
        ("ends in a sentence. And goes on", "ends in a sentence. And goes on.pdf"),
        ("\u202egnp.exe", "gnp.pdf"),
    ],
)
def test_names_are_harmless(sent: str, kept: str) -> None:
    assert rules.clean_name(sent, "pdf") == kept


@given(st.text(st.characters(), max_size=400))
def test_no_name_is_too_long_or_leads_elsewhere(sent: str) -> None:
    name = rules.clean_name(sent, "jpg")
    assert name.endswith(".jpg")
    assert 5 <= len(name) <= 200
    assert not set(name) & set('/\\\r\n\0"<>')
    assert not name.startswith(".")


@given(st.binary(max_size=200))
def test_anything_has_a_kind(head: bytes) -> None:
    assert rules.sniff(head) in {*rules.FORMS, "svg", "heic", "other"}


async def test_a_file_comes_back_piece_by_piece_as_it_was_kept(opened: None) -> None:
    checked = Checked("a.pdf", "pdf", bytes(range(256)) * 3000, b"small", "0" * 64, None, None, 1)
    async with transaction():
        file = await services.keep(CLI, checked, "test")
    pieces = [piece async for piece in queries.contents(file)]
    assert b"".join(pieces) == checked.whole
    assert max(map(len, pieces)) == services.PIECE
    assert [piece async for piece in queries.contents(file, small=True)] == [b"small"]
    async with transaction():
        await services.forget([file])
    assert [piece async for piece in queries.contents(file)] == []
