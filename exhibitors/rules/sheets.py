"""Spreadsheets of exhibitors as organizers keep them: which column is which, and what a cell means."""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from core import text
from core.editions.rules import Choice
from core.files.sheetshop import Book, Row, Sheet
from core.i18n import Locale, mark, translate
from exhibitors.rules.applications import ApplicationIn, BoothIn, ContactIn, countries
from exhibitors.rules.columns import BY_KEY, FIELDS, OURS
from exhibitors.tables import BoothKind, Kind

#: Rows of a sheet in which its headings are looked for.
_HEADINGS_WITHIN = 30


#: Lines are numbered by the sheet.
_COUNTED = frozenset({"序号", "no", "no.", "#", "行号", "编号序号"})
_TOTALS = frozenset({"合计", "总计", "小计", "总数", "total", "totals", "sum"})
_MISTAKES = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


def plain(heading: str) -> str:
    """As headings are compared: without stars, blanks, what stands in brackets, and whatever ends it."""
    bare = text.search_key(re.sub(r"[（(【\[].*?[)）】\]]", "", heading))
    return re.sub(r"[\s*＊:：]", "", bare)


@cache
def _known() -> dict[str, str]:
    found: dict[str, str] = {}
    for field in (*FIELDS, *OURS):
        for name in (field.heading, translate("zh-CN", field.heading), *field.others.split("|")):
            if name:
                found.setdefault(plain(name), field.key)
    return found


class Heading(msgspec.Struct, frozen=True):
    """A column of the file: what stands above it, and which of ours it is (empty: none)."""

    at: int
    text: str
    key: str

    @property
    def letter(self) -> str:
        """As spreadsheets name it."""
        at, name = self.at + 1, ""
        while at:
            at, rest = divmod(at - 1, 26)
            name = chr(65 + rest) + name
        return name


class Found(msgspec.Struct):
    """A sheet with its headings, and the rows below them."""

    name: str
    headings: list[Heading]
    rows: list[Row]

    @property
    def unknown(self) -> list[Heading]:
        return [one for one in self.headings if not one.key]

    def heading(self, key: str) -> Heading | None:
        return next((one for one in self.headings if one.key == key), None)


def _headings(row: Row) -> list[Heading]:
    found: list[Heading] = []
    taken: set[str] = set()
    for at, cell in enumerate(row.cells):
        bare = plain(cell)
        if not bare or bare in _COUNTED:
            continue
        key = _known().get(bare, "")
        if key in taken:
            key = ""
        taken.add(key)
        found.append(Heading(at, text.line(cell.replace("\0", ""))[:60], key))
    return found


def _recognized(headings: list[Heading]) -> int:
    return sum(bool(one.key) for one in headings)


def find(sheet: Sheet) -> Found | None:
    """Where the headings are: the first row that names organisations and something else. Titles above it, merged or
    not, are passed over; a second row of headings below the first refines it."""
    for at, row in enumerate(sheet.rows[:_HEADINGS_WITHIN]):
        headings = _headings(row)
        if _recognized(headings) < 2 or not any(one.key == "name" for one in headings):
            continue
        rows = sheet.rows[at + 1 :]
        if rows:
            below = _headings(rows[0])
            if below and all(one.key for one in below):
                fine = {one.at: one for one in below}
                keys = {one.key for one in below}
                headings = sorted(
                    [*below, *(one for one in headings if one.at not in fine and one.key not in keys)],
                    key=lambda one: one.at,
                )
                rows = rows[1:]
        return Found(sheet.name, headings, rows)
    return None


def tables(book: Book) -> tuple[list[Found], list[str]]:
    """The sheets that have headings, and the names of those that have none and are passed over."""
    found = [(sheet, find(sheet)) for sheet in book.sheets if sheet.rows]
    return [one for _, one in found if one is not None], [sheet.name for sheet, one in found if one is None]


class CellFault(msgspec.Struct, frozen=True):
    """``row`` as the sheet counts; ``column`` its letter, empty where it is about the whole row."""

    sheet: str
    row: int
    column: str
    heading: str
    code: str
    #: A source text.
    message: str


class Line(msgspec.Struct):
    """A row as it would have been typed into the form, and what of it could not be read."""

    sheet: str
    row: int
    typed: ApplicationIn
    faults: list[tuple[str, str, str]]


class Vocabulary(msgspec.Struct, frozen=True):
    categories: tuple[Choice, ...]
    fields: tuple[Choice, ...]


def lines(table: Found, words: Vocabulary, privacy_version: str) -> Iterator[Line]:
    """What is no line of a firm is passed over: empty rows, and sums."""
    places = {one.key: one.at for one in table.headings if one.key}
    for row in table.rows:
        cells = {key: row.cells[at].strip() for key, at in places.items() if at < len(row.cells)}
        cells = {key: cell for key, cell in cells.items() if cell and key in BY_KEY}
        if not cells or plain(row.cells[0]) in _TOTALS or plain(cells.get("name", "")) in _TOTALS:
            continue
        yield _line(table.name, row.number, cells, words, privacy_version)


def _line(sheet: str, number: int, cells: dict[str, str], words: Vocabulary, privacy_version: str) -> Line:
    faults: list[tuple[str, str, str]] = []
    for key in [key for key, cell in cells.items() if cell in _MISTAKES]:
        faults.append((key, "formula", mark("The formula in this cell comes to nothing.")))
        del cells[key]
    for key in ("contact_mobile", "credit_code"):
        if key in cells:
            cells[key] = _unshortened(key, cells[key], faults)
    booth = _booth(cells, faults)
    typed = ApplicationIn(
        name=cells.get("name", ""),
        name_en=cells.get("name_en"),
        country=_country(cells.get("country", "")),
        credit_code=cells.get("credit_code"),
        categories=_codes(cells.get("categories", ""), words.categories),
        fields=_codes(cells.get("fields", ""), words.fields),
        intro=cells.get("intro"),
        website=cells.get("website"),
        contact=ContactIn(
            cells.get("contact_name", ""), cells.get("contact_mobile", ""), cells.get("contact_email", "")
        ),
        booth=booth,
        locale=_locale(cells.get("locale", "")),
        privacy_version=privacy_version,
        kind=_kind(cells.get("kind", "")),
        registration_number=cells.get("registration_number"),
        lintel_zh=cells.get("lintel_zh"),
        lintel_en=cells.get("lintel_en"),
        power=cells.get("power"),
        water=_yes(cells.get("water", "")),
        exhibits=cells.get("exhibits"),
    )
    return Line(sheet, number, typed, faults)


_SHORTENED = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")


def _unshortened(key: str, cell: str, faults: list[tuple[str, str, str]]) -> str:
    """1.38E+10 has lost what it stood for; 1.3800138000E+10 has not. 13800138000.0 is a number that was no number."""
    if found := _SHORTENED.fullmatch(cell):
        digits = found[1] + (found[2] or "")
        if len(digits) == int(found[3]) + 1:
            return digits
        message = mark("The spreadsheet has shortened this number. Format the column as text and type it again.")
        faults.append((key, "shortened", message))
        return ""
    return re.sub(r"^(\d{7,})\.0+$", r"\1", cell)


def _country(cell: str) -> str:
    """A name in either language, or the code; what is neither stays, to be refused at its place."""
    if not cell:
        return "CN"
    bare = plain(cell)
    if bare in ("中国", "中国大陆", "内地", "大陆", "中华人民共和国", "国内", "prc", "china", "mainlandchina"):
        return "CN"
    for locale in ("zh-CN", "en"):
        found = _country_names(locale).get(bare)
        if found:
            return found
    return cell


@cache
def _country_names(locale: Locale) -> dict[str, str]:
    names = {plain(name): code for code, name in countries(locale).items()}
    if locale == "zh-CN":
        names |= {"香港": "HK", "澳门": "MO", "台湾": "TW", "中国香港": "HK", "中国澳门": "MO", "中国台湾": "TW"}
    else:
        names |= {"usa": "US", "uk": "GB", "hongkong": "HK", "macau": "MO", "macao": "MO", "korea": "KR"}
    return names


def _codes(cell: str, choices: tuple[Choice, ...]) -> list[str]:
    """Codes or names, one or several. What is none stays, to be refused at its place."""
    if not cell:
        return []
    known: dict[str, str] = {}
    for choice in choices:
        for name in (choice.code, choice.name_zh, choice.name_en):
            known[plain(name)] = choice.code
    # Half of a name that has two will do where only one has it.
    halves: dict[str, set[str]] = {}
    for choice in choices:
        for half in re.split(r"[/&与和]", f"{choice.name_zh}/{choice.name_en}"):
            halves.setdefault(plain(half), set()).add(choice.code)
    found: list[str] = []
    for part in _parts(cell, known):
        bare = plain(part)
        half = halves.get(bare, set())
        found.append(known.get(bare) or (next(iter(half)) if len(half) == 1 else part.strip()))
    return list(dict.fromkeys(found))


#: One after the other: names have commas and strokes in them, too.
_BETWEEN = (r"[、;；|\n]+", r"[,，]+", r"/")


def _parts(cell: str, known: dict[str, str], between: tuple[str, ...] = _BETWEEN) -> Iterator[str]:
    if not cell.strip():
        return
    if plain(cell) in known or not between:
        yield cell
        return
    pieces = re.split(between[0], cell)
    for piece in pieces:
        yield from _parts(piece, known, between[1:])


#: As exports say it; each is read back.
KIND_NAMES = {
    Kind.company: mark("Company"),
    Kind.institution: mark("Public institution"),
    Kind.social_organization: mark("Social organisation"),
    Kind.public_body: mark("Government body"),
}
_KINDS = (
    (Kind.social_organization, ("社会组织", "社会团体", "协会", "民办非企业", "民非", "基金会", "social")),
    (Kind.institution, ("事业单位", "医院", "学校", "高校", "institution")),
    (Kind.public_body, ("政府", "机关", "行政", "public", "government")),
    (Kind.company, ("企业", "公司", "个体", "company", "firm")),
)


def _kind(cell: str) -> str | None:
    bare = plain(cell)
    if not bare:
        return None
    for kind, words in _KINDS:
        if bare == kind.value.replace("_", "") or any(word in bare for word in words):
            return kind.value
    return cell


_YES = frozenset({"是", "有", "需要", "要", "yes", "y", "true", "1", "√", "✓"})


def _yes(cell: str) -> bool:
    return plain(cell) in _YES


_LANGUAGES = {
    "中文": "zh-CN",
    "简体中文": "zh-CN",
    "chinese": "zh-CN",
    "zh": "zh-CN",
    "英文": "en",
    "英语": "en",
    "english": "en",
}


def _locale(cell: str) -> str | None:
    bare = plain(cell)
    return _LANGUAGES.get(bare, cell) if bare else None


_NUMBER = re.compile(r"([\d,，.]+)\s*(个|间|平方米|平米|平|㎡|m²|m2|sqm)?", re.IGNORECASE)
_COUNT_IN_WORDS = re.compile(
    r"(\d+)\s*个?\s*(?:标准展位|标展|标摊|标准|展位|standard)|(?:标准展位|标展|标摊)\s*[x×*]?\s*(\d+)"
)
_AREA_IN_WORDS = re.compile(r"(\d+)\s*(?:平方米|平米|平|㎡|m²|m2|sqm)|(?:光地|特装|净地|raw(?: space)?)\s*(\d+)")


def _number(cell: str) -> str:
    """``2个``, ``36㎡``, ``36.0``; what is no number stays, to be refused at its place."""
    found = _NUMBER.fullmatch(text.line(cell)) if "\0" not in cell else None
    if found is None:
        return cell
    bare = re.sub(r"[,，]", "", found[1])
    return re.sub(r"\.0+$", "", bare)


def _booth(cells: dict[str, str], faults: list[tuple[str, str, str]]) -> BoothIn:
    count, area = _number(cells.get("booth_count", "")), _number(cells.get("booth_area_m2", ""))
    count, area = ("" if one in ("0", "-", "无", "/") else one for one in (count, area))
    words = text.search_key(cells.get("booth", "").replace("\0", ""))
    if words and not count and not area:
        by_count, by_area = _COUNT_IN_WORDS.search(words), _AREA_IN_WORDS.search(words)
        if by_area:
            area = by_area[1] or by_area[2]
        elif by_count:
            count = by_count[1] or by_count[2]
        elif not re.search("标|standard|光地|特装|净地|raw", words):
            message = mark("Please say how many standard booths, or how many square metres of raw space.")
            faults.append(("booth", "unknown", message))
    if count and area and not re.search("标|standard", words):
        if re.search("光地|特装|净地|raw", words):
            count = ""
        else:
            message = mark("Please give either standard booths or raw space, not both.")
            faults.append(("booth_area_m2", "both", message))
    raw = bool(area) and not (count and re.search("标|standard", words))
    if not count and not area and re.search("光地|特装|净地|raw", words):
        raw = True
    if raw:
        return BoothIn(BoothKind.raw.value, None, area)
    return BoothIn(BoothKind.standard.value, count, None)


#: A member of the application, without its index, to the column where its fault is shown.
_COLUMN_OF = {member: field.key for field in FIELDS for member in field.members}


def column_of(member: str) -> str:
    return _COLUMN_OF.get(re.sub(r"\[\d+\]$", "", member), "")
