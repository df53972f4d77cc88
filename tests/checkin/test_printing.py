"""Printed badges: read by a scanner however they lie, whatever the name, and what was printed is written down."""

import asyncio
import io
import os
import zipfile
from datetime import date
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from checkin import keys
from checkin.pictures import matrix
from checkin.printing import letters, press
from checkin.printing.drawing import Face, Sheet, days_text, draw
from checkin.printing.layouts import MM, PAPERS, Layout
from checkin.printing.looks import LOOKS
from checkin.queries import badges as queries
from checkin.queries import prints
from checkin.queries.badges import Filter
from checkin.rules.badges import BadgeDraft, BadgeIn
from checkin.services import badges as services
from checkin.services import changes, printing
from checkin.tables import BadgeKind
from core.accounts.roles import CLI
from core.editions.queries import EditionInfo
from core.files.queries import contents
from core.jobs.worker import Pace, worker
from tests.expo import an_edition

LONG = "Wolfeschlegelsteinhausenbergerdorff Alexander Maximilian von Beispielhausen"
HOSTILE = [
    "堃喆𬭎",
    LONG,
    "示" * 100,
    "مرحبا بالعالم",
    "👵🏽👴🏿‍🦽",
    "e\u0301" * 40,
    "\u202e倒写",
    "<b>&amp;</b>",
    "",
    "한국어",
]
DPI = 200


def sheet(layout: Layout, locale: Any = "zh-CN") -> Sheet:
    days = (date(2026, 9, 15), date(2026, 9, 17))
    return Sheet("银龄示例博览会", "Silver Age Sample Expo", "示例会展中心", "Sample Center", *days, layout, locale)


def face(holder: str, kind: BadgeKind = BadgeKind.visitor, **other: Any) -> Face:
    code = "YB:" + (holder.encode().hex().upper() + "JC2L60$Y8HEH000000KMC2QBI2CIH2URMNDKH*4G69O%LRXG." * 3)[:114]
    known = {"organisation": "示例单位", "title": "", "days": (), "size": 1, **other}
    return Face(serial="123456789", code=code, kind=kind, holder=holder, **known)


def printed(layout: Layout, faces: list[Face], locale: Any = "zh-CN") -> list[Image.Image]:
    out = io.BytesIO()
    assert draw(out, sheet(layout, locale), faces) == len(faces)
    document = pypdfium2.PdfDocument(out.getvalue())
    try:
        return [page.render(scale=DPI / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def read(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def read_by_zbar(picture: Image.Image) -> list[str]:
    try:
        from pyzbar.pyzbar import ZBarSymbol, decode
    except ImportError:  # its library is not on this machine
        if os.environ.get("CI"):
            raise
        pytest.skip("libzbar0 is not here")
    return [found.data.decode() for found in decode(picture, [ZBarSymbol.QRCODE])]


def folded(picture: Image.Image) -> Image.Image:
    """A crease across each code: a bright line that is a little out of focus, and a shadow below it."""
    out = picture.copy()
    pen = ImageDraw.Draw(out)
    for found in zxingcpp.read_barcodes(picture):
        corners = found.position
        left, right = corners.top_left.x - 20, corners.top_right.x + 20
        y = corners.top_left.y + int((corners.bottom_left.y - corners.top_left.y) * 0.62)
        below = (left, y, right, corners.bottom_left.y + 20)
        shade = Image.new("L", (below[2] - below[0], below[3] - below[1]), 0)
        out.paste(shade, below[:2], Image.new("L", shade.size, 60))
        pen.line((left, y, right, y - 12), fill=255, width=4)
    return out.filter(ImageFilter.GaussianBlur(0.8))


@pytest.mark.parametrize("layout", list(Layout))
def test_every_badge_is_read_at_200_dpi_turned_small_and_folded(layout: Layout) -> None:
    faces = [face(f"示例{n}", kind, size=30 if kind is BadgeKind.group else 1) for n, kind in enumerate(LOOKS)]
    wanted = sorted(one.code for one in faces)
    pages = printed(layout, faces)
    assert len(pages) == -(-len(faces) // PAPERS[layout].cells)
    small = [page.resize((int(page.width * 0.6), int(page.height * 0.6)), Image.Resampling.BILINEAR) for page in pages]
    ways = {
        "as it is": pages,
        "on its head": [page.rotate(180) for page in pages],
        "askew": [page.rotate(17, expand=True, fillcolor=255) for page in pages],
        "small": small,
        "small and turned": [page.rotate(90, expand=True) for page in small],
    }
    ways["folded"] = [folded(page) for page in pages]
    for way, shown in ways.items():
        for reader in (read, read_by_zbar):
            assert sorted({code for page in shown for code in reader(page)}) == wanted, (way, reader.__name__)


@pytest.mark.parametrize("layout", list(Layout))
def test_modules_are_a_millimetre_or_more_with_white_around_them(layout: Layout) -> None:
    [page] = printed(layout, [face("示例")])
    pixel = 25.4 / DPI
    [found] = zxingcpp.read_barcodes(page)
    corners = found.position
    side = (corners.top_right.x - corners.top_left.x) * pixel
    assert side / 37 >= 0.98, "a pixel of rounding"
    assert PAPERS[layout].module >= 1
    quiet = int(4 * PAPERS[layout].module / pixel) - 2
    left, top = corners.top_left.x - quiet, corners.top_left.y - quiet
    right, bottom = corners.bottom_right.x + quiet, corners.bottom_right.y + quiet
    ground = page.crop((left, top, right, bottom))
    edge = quiet - 3  # a line between two pixels is grey on both
    ground.paste(255, (edge, edge, ground.width - edge, ground.height - edge))
    assert min(ground.tobytes()) > 200


@pytest.mark.parametrize("holder", HOSTILE)
def test_any_name_is_printed_within_its_badge_and_leaves_the_code_alone(holder: str) -> None:
    for layout in (Layout.card, Layout.a6):
        one = face(holder, organisation=holder * 2, title=holder)
        [page] = printed(layout, [one])
        assert read(page) == [one.code]


def test_the_font_has_rare_characters_and_says_which_it_has_not() -> None:
    assert letters.missing("堃喆𬭎龘") == ""
    assert letters.missing("王👵مa") == "👵م"
    assert letters.printable("王\u200b\u202e👵") == "王□"


@settings(max_examples=60)
@given(st.text(max_size=300), st.floats(20, 200), st.floats(8, 80))
def test_text_stays_in_its_box(text: str, wide: float, high: float) -> None:
    fitted = letters.fit(letters.printable(text), wide, high, 30, 5)
    assert all(letters.width(line) * fitted.size <= wide + 0.01 for line in fitted.lines if len(line) > 1)
    assert fitted.height <= max(high, 5 * letters.LEADING) + 0.01


def test_kinds_differ_by_colour_by_word_and_by_shape() -> None:
    for told in ("colour", "zh", "en", "shape"):
        assert len({getattr(look, told) for look in LOOKS.values()}) == len(BadgeKind)


def test_days_in_a_row_are_one() -> None:
    days = [date(2026, 9, 13), date(2026, 9, 15), date(2026, 9, 16), date(2026, 9, 17)]
    assert days_text(days, "zh-CN") == "2026-09-13；2026-09-15 – 09-17"
    assert days_text([], "en") == ""


def test_sheets_fill_the_paper_within_its_margins() -> None:
    for layout, paper in PAPERS.items():
        places = list(paper.places())
        assert len(places) == paper.cells
        for x, y in places:
            margin = 5 if paper.marks else 0
            assert margin <= x <= paper.width - paper.cell_width - margin, layout
            assert margin <= y <= paper.height - paper.cell_height - margin, layout
    assert round(PAPERS[Layout.a4x8].width * MM, 1) == 595.3
    assert len(matrix("YB:" + "A" * 114)) == 37


async def done_with_jobs(edition: EditionInfo) -> None:
    async with worker(Pace(idle=0.05)):
        while any(line.at_work for line in await prints.runs(edition)):
            await asyncio.sleep(0.05)


@pytest.mark.anyio
async def test_a_run_prints_what_was_chosen_and_writes_down_which(opened: None, monkeypatch: Any) -> None:
    edition = await an_edition()
    drafts = [BadgeDraft(BadgeKind.visitor, f"示例{n}", "", ()) for n in range(5)]
    made = await services.issue_all(CLI, edition, drafts)
    await services.issue(CLI, edition, BadgeIn("crew", "示例 工作"))
    await changes.revoke(CLI, edition, made[0].serial, "")
    run = await printing.begin(CLI, edition, Filter(kind=BadgeKind.visitor, printed=False), Layout.a4x4, "zh-CN")
    await done_with_jobs(edition)
    [line] = await prints.runs(edition)
    assert (line.id, line.total, line.at_work) == (run, 4, False)
    data = b"".join([piece async for piece in contents(await prints.file_of_run(edition, run))])
    document = pypdfium2.PdfDocument(data)
    codes = [code for page in document for code in read(page.render(scale=DPI / 72).to_pil())]
    document.close()
    assert sorted(codes) == sorted(one.code for one in made[1:])
    assert await queries.count_badges(edition, Filter(printed=True)) == 4
    with pytest.raises(printing.NothingToPrint):
        await printing.begin(CLI, edition, Filter(kind=BadgeKind.visitor, printed=False), Layout.card, "en")
    # A new code has not been printed yet.
    new = await changes.reissue(CLI, edition, made[1].serial, await changes.sign_again(edition, made[1].serial), "")
    again = await queries.badges(edition, Filter(kind=BadgeKind.visitor, printed=False))
    assert [one.serial for one in again] == [new.serial, made[0].serial]
    [logged] = await prints.prints_of(made[2].id, made[2].uid)
    assert (logged.layout, logged.current) == (Layout.a4x4, True)


def test_many_come_in_parts_so_that_a_jam_costs_one(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "PART", 3)
    frames = press.frame(sheet(Layout.card)) + b"".join(
        press.frame([face(f"示例{n}-{m}") for m in range(2)]) for n in range(4)
    )
    said = io.BytesIO()
    press.run(io.BytesIO(frames), said, tmp_path)
    assert said.getvalue().split() == [b"2", b"4", b"6", b"8"]
    pages = []
    for path in sorted(tmp_path.glob("*.pdf")):
        document = pypdfium2.PdfDocument(path)
        pages.append(len(document))
        document.close()
    assert pages == [3, 3, 2]
    name, data = printing._bundle(tmp_path)
    assert name == "badges.zip"
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["badges-001.pdf", "badges-002.pdf", "badges-003.pdf"]


@pytest.mark.anyio
async def test_a_badge_without_a_code_waits_for_one(opened: None) -> None:
    edition = await an_edition()
    made = await services.issue(CLI, edition, BadgeIn("crew", "示例"))
    await keys.strike_off(CLI, edition, 1, "示例")
    with pytest.raises(printing.NoCodeYet):
        await printing.pdf(edition, [await queries.badge_with_serial(edition, made.serial)], Layout.card, "zh-CN")
