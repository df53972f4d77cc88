"""Halls in the desk: drawn as rows with aisles, or brought by a spreadsheet with a preview."""

import asyncio
import csv
import io
from typing import Any
from urllib.parse import quote, urlencode
from zipfile import ZipFile

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect

from core import text
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark, translate
from exhibitors.queries import booths as queries
from exhibitors.queries.booths import HallInfo
from exhibitors.rules import booths as rules
from exhibitors.rules import hall_sheets
from exhibitors.rules.hall_sheets import Read
from exhibitors.rules.plan import AISLE, Drawing, drawn
from exhibitors.services import halls
from exhibitors.services.halls import HallDraft, Placed
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, sent_form, shown_errors
from gateway.halls import kinds, metres
from gateway.locale import locale_of
from gateway.pages import flash, forget_pages, page

MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000
_FRESH = {
    "code": "1",
    "name_zh": "1号馆",
    "name_en": "Hall 1",
    "prefix": "A",
    "rows": "8",
    "booths": "12",
    "width": "3",
    "depth": "3",
    "aisle": "3",
    "block": "6",
    "kind": "standard",
    "zone": "",
}


def _new(request: Request[Any, Any, Any], typed: dict[str, str], errors: dict[str, str]) -> Response[Any]:
    locale = locale_of(request)
    status = 422 if errors else 200
    return page(request, "admin/hall_new.html", status_code=status, typed=typed, errors=errors, kinds=kinds(locale))


class _Reader:
    """Reads a form, remembering all that is wrong with it."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.errors: list[FieldError] = []

    def read(self, name: str, how: Any, other: Any) -> Any:
        try:
            return how(self.form.text(name, 400))
        except text.Fault as fault:
            self.errors.append(FieldError(name, fault.code, fault.message))
            return other

    def count(self, name: str, least: int, most: int) -> int:
        found: int = self.read(name, text.integer, least)
        if not least <= found <= most:
            self.errors.append(FieldError(name, "out_of_range", mark("This number is out of range.")))
            return least
        return found

    def done(self) -> None:
        if self.errors:
            raise InvalidInput(errors=tuple(self.errors))


@get("/admin/booths/halls/new", opt=allow(Role.organizer))
async def new(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await require_current()
    n = len(await queries.plan(edition)) + 1
    fresh = {"code": str(n), "name_zh": f"{n}号馆", "name_en": f"Hall {n}", "prefix": chr(64 + min(n, 26))}
    return _new(request, {**_FRESH, **fresh}, {})


@post("/admin/booths/halls/new", opt=allow(Role.organizer))
async def create(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    reader = _Reader(form)
    code = reader.read("code", rules.hall, "")
    name_zh = reader.read("name_zh", lambda typed: rules.short(typed, 100, required=True), "")
    name_en = reader.read("name_en", lambda typed: rules.short(typed, 100), "")
    prefix = reader.read("prefix", lambda typed: rules.short(rules.code(typed), 8), "")
    wanted = Drawing(
        prefix,
        reader.count("rows", 1, 60),
        reader.count("booths", 1, 99),
        reader.read("width", rules.metres, 30),
        reader.read("depth", rules.metres, 30),
        reader.read("aisle", rules.metres, AISLE),
        reader.count("block", 0, 99),
    )
    kind = reader.read("kind", rules.kind, None)
    zone = reader.read("zone", lambda typed: rules.short(typed, 40), "")
    try:
        reader.done()
        if wanted.rows * wanted.booths > rules.MOST_AT_ONCE:
            raise InvalidInput(errors=(FieldError("rows", "too_many", mark("At most 2,000 booths at once.")),))
        found, width, height = drawn(wanted)
        if max(width, height) > rules.MAX_SIDE:
            message = mark("This hall would be longer than a kilometre.")
            raise InvalidInput(errors=(FieldError("booths", "too_large", message),))
        draft = HallDraft(code, name_zh, name_en, width, height)
        placed = [Placed(one, kind, rect, zone=zone) for one, rect in found]
        await halls.add_hall(actor_of(request), edition, draft, placed)
    except DomainError as refused:
        errors = shown_errors(refused, locale_of(request))
        return _new(request, {**_FRESH, **form}, {name or "prefix": said for name, said in errors.items()})
    return _done(f"/admin/booths?{urlencode({'hall': code})}", mark("The hall is drawn."))


def _done(to: str, said: str, **values: Any) -> Response[Any]:
    answer = Redirect(to, status_code=303)
    flash(answer, said, **values)
    forget_pages()
    return answer


WALLS = {"south": mark("South"), "north": mark("North"), "west": mark("West"), "east": mark("East")}


def _walls(hall: HallInfo) -> dict[str, str]:
    """Size and entrance, as the form has them."""
    x, y = hall.entrance
    wall = "north" if y <= 0 else "south" if y >= hall.height else "west" if x <= 0 else "east"
    along = x if wall in ("north", "south") else y
    return {"width": metres(hall.width), "height": metres(hall.height), "wall": wall, "along": metres(along)}


def _entrance(reader: _Reader, width: int, height: int) -> tuple[int, int]:
    wall = reader.form.text("wall", 10)
    along = reader.read("along", rules.metres_or_zero, 0)
    if along > (width if wall in ("north", "south") else height):
        reader.errors.append(FieldError("along", "outside", mark("This lies outside of the wall.")))
    match wall:
        case "north":
            return along, 0
        case "west":
            return 0, along
        case "east":
            return width, along
    return along, height


async def _edit(
    request: Request[Any, Any, Any], code: str, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition = await require_current()
    hall = next((one for one in await queries.plan(edition) if one.code == code), None)
    if hall is None:
        raise NotFound
    return page(
        request,
        "admin/hall.html",
        status_code=422 if errors else 200,
        hall=hall,
        typed={"name_zh": hall.name_zh, "name_en": hall.name_en, **_walls(hall), **(form or {})},
        walls=[(wall, translate(locale_of(request), label)) for wall, label in WALLS.items()],
        errors=errors or {},
        metres=metres,
    )


@get("/admin/booths/halls/{code:str}", opt=allow(Role.organizer))
async def hall(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    return await _edit(request, code)


@post("/admin/booths/halls/{code:str}", opt=allow(Role.organizer))
async def change(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    actor, reader = actor_of(request), _Reader(form)
    try:
        if form.text("act") == "remove":
            await halls.remove_hall(actor, edition, code)
            return _done("/admin/booths", mark("The hall is removed."))
        name_zh = reader.read("name_zh", lambda typed: rules.short(typed, 100, required=True), "")
        name_en = reader.read("name_en", lambda typed: rules.short(typed, 100), "")
        size = entrance = None
        if "width" in form:
            size = reader.read("width", rules.metres, 1), reader.read("height", rules.metres, 1)
            entrance = None if reader.errors else _entrance(reader, *size)
        reader.done()
        await halls.change_hall(actor, edition, code, name_zh, name_en, size, entrance)
    except DomainError as refused:
        if refused.status == 404:
            raise
        return await _edit(request, code, form, shown_errors(refused, locale_of(request)))
    return _done(f"/admin/booths?{urlencode({'hall': code})}", mark("The hall is changed."))


def _csv(raw: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [list(row) for row in csv.reader(io.StringIO(raw.decode(encoding)))]
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise text.Fault("unreadable", mark("This file can't be read as a spreadsheet."))


def _xlsx(raw: bytes) -> list[list[str]]:
    """The first sheet, no more than is looked at anyway."""
    from openpyxl import load_workbook

    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise ValueError("a zip bomb")
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=hall_sheets.MOST_ROWS + 12, max_col=40, values_only=True)
        return [["" if cell is None else str(cell) for cell in row] for row in rows]
    except Exception:  # whatever a broken file makes of the library
        raise text.Fault("unreadable", mark("This file can't be read as a spreadsheet.")) from None


def _packed(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _sheet(request: Request[Any, Any, Any], rows: str = "", read: Read | None = None, error: str = "") -> Response[Any]:
    locale = locale_of(request)
    faults = [] if read is None else [(f.row, f.column, translate(locale, f.message)) for f in read.faults]
    return page(
        request,
        "admin/hall_sheet.html",
        status_code=422 if error or faults else 200,
        rows=rows,
        read=read,
        faults=faults,
        errors={"file": translate(locale, error)} if error else {},
        kinds=kinds(locale),
        metres=metres,
    )


@get("/admin/booths/sheet", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[Any]:
    return _sheet(request)


@post("/admin/booths/sheet", opt=allow(Role.organizer))
async def bring(request: Request[Any, Any, Any]) -> Response[Any]:
    """A file is read and shown; what was shown comes back as text and is kept."""
    edition, form = await require_current(), await sent_form(request)
    sent, kept = form.get("file"), form.get("rows")
    try:
        if isinstance(sent, UploadFile) and sent.filename:
            raw = await sent.read(MOST_BYTES + 1)
            if len(raw) > MOST_BYTES:
                raise text.Fault("too_large", mark("This is larger than we can take."))
            rows = await asyncio.to_thread(_xlsx if raw[:2] == b"PK" else _csv, raw)
        elif isinstance(kept, str) and kept.strip():
            rows = _csv(kept.encode())
        else:
            raise text.Fault("required", mark("Please choose a file."))
    except text.Fault as fault:
        return _sheet(request, error=fault.message)
    read = hall_sheets.read([[cell.replace("\x00", "") for cell in row] for row in rows])
    if form.get("act") != "keep" or read.faults:
        return _sheet(request, _packed(rows), read)
    try:
        await halls.bring(
            actor_of(request),
            edition,
            {
                code: [
                    Placed(booth.code, booth.kind, booth.rect, zone=booth.zone)
                    for booth in read.booths
                    if booth.hall == code
                ]
                for code in read.halls()
            },
        )
    except DomainError as refused:
        return _sheet(request, _packed(rows), read, translate(locale_of(request), refused.message, **refused.values))
    to = f"/admin/booths?{urlencode({'hall': read.halls()[0]}, quote_via=quote)}"
    return _done(to, mark("%(n)s booths stand on the plan now."), n=len(read.booths))


ROUTES: list[Any] = [new, create, hall, change, sheet, bring]
