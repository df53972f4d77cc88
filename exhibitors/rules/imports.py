"""Judging the rows of a spreadsheet: what is new, what is there already, what is wrong and in which cell."""

from collections.abc import Callable, Iterable

import msgspec

from core import text
from core.errors import InvalidInput
from core.i18n import mark
from exhibitors.rules import sheets
from exhibitors.rules.applications import Application, ApplicationIn
from exhibitors.rules.columns import BY_KEY, FIELDS
from exhibitors.rules.sheets import CellFault, Found, Line

#: Faults that are told; of more only how many.
TOLD = 500
#: New ones that are named in the preview.
FIRST = 10
MISSING = mark("There is no such column.")


class Columns(msgspec.Struct):
    """A sheet: its columns by letter, heading and our key, empty where it is none of ours."""

    sheet: str
    columns: list[tuple[str, str, str]]


class Place(msgspec.Struct, frozen=True):
    sheet: str
    row: int


class Slip(msgspec.Struct, frozen=True):
    """A credit code whose check digit is wrong: an organizer may compare it with the licence and let it pass."""

    sheet: str
    row: int
    name: str
    code: str

    @property
    def place(self) -> str:
        """For a form: the row first, for a sheet may be called anything."""
        return f"{self.row}:{self.sheet}"


class Report(msgspec.Struct):
    """What a check has found."""

    sheets: list[Columns] = []
    #: Sheets without headings.
    passed_over: list[str] = []
    rows: int = 0
    fresh: int = 0
    #: The first of them: row and name.
    first: list[tuple[int, str]] = []
    #: There already.
    there: list[Place] = []
    faults: list[CellFault] = []
    #: Of all faults, also those that are not told.
    faulty: int = 0
    #: Of the file itself, a source text.
    fault: str = ""
    #: Among the faults; of more than are told only so many.
    slips: list[Slip] = []
    #: Those that were let pass.
    passed: list[Slip] = []

    @property
    def unknown(self) -> list[tuple[str, str, str]]:
        """Columns that are none of ours: sheet, letter, heading."""
        return self._columns(lambda key: not key)

    @property
    def not_taken(self) -> list[tuple[str, str, str]]:
        """Columns of ours that an import does not write."""
        return self._columns(lambda key: bool(key) and key not in BY_KEY)

    def _columns(self, wanted: Callable[[str], bool]) -> list[tuple[str, str, str]]:
        return [
            (sheet.sheet, letter, heading)
            for sheet in self.sheets
            for letter, heading, key in sheet.columns
            if wanted(key)
        ]


class Known(msgspec.Struct, frozen=True):
    """Who is registered already."""

    credit_codes: frozenset[str]
    #: Name, in the form that a search compares, with the mobile or the address.
    contacts: frozenset[tuple[str, str]]

    def has(self, wanted: Application) -> bool:
        if wanted.credit_code is not None:
            return wanted.credit_code in self.credit_codes
        return any(
            pair in self.contacts for pair in contacts_of(wanted.name, wanted.contact_mobile, wanted.contact_email)
        )


def contacts_of(name: str, mobile: str, email: str) -> tuple[tuple[str, str], ...]:
    key = text.search_key(name)
    return (key, mobile), (key, email.lower())


def _plain(code: str | None) -> str:
    try:
        return text.code(code or "")[:40]
    except text.Fault:
        return ""


class Judge:
    """Goes through the rows, in one or several pieces; ``check`` applies the rules of the form."""

    def __init__(
        self,
        tables: list[Found],
        known: Known,
        check: Callable[[ApplicationIn, bool], Application],
        passing: frozenset[Place] = frozenset(),
    ) -> None:
        self.report = Report(
            sheets=[
                Columns(table.name, [(one.letter, one.text, one.key) for one in table.headings]) for table in tables
            ]
        )
        self.fresh: list[Application] = []
        self._known = known
        self._check = check
        self._passing = passing
        self._codes: dict[str, Place] = {}
        self._contacts: dict[tuple[str, str], Place] = {}
        self._tables = {table.name: table for table in tables}
        self._missing = {table.name: self._missing_of(table) for table in tables}

    def _missing_of(self, table: Found) -> frozenset[str]:
        """Columns without which no row can be right, told once."""
        there = {one.key for one in table.headings}
        missing = {field.key for field in FIELDS if field.required and field.key not in there}
        if not there & {"booth_count", "booth_area_m2", "booth"}:
            missing.add("booth_count")
        for key in sorted(missing):
            self._tell(CellFault(table.name, 0, "", BY_KEY[key].heading, "missing", MISSING))
        return frozenset(missing)

    def _tell(self, fault: CellFault) -> None:
        self.report.faulty += 1
        if len(self.report.faults) < TOLD:
            self.report.faults.append(fault)

    def _fault(self, line: Line, key: str, code: str, message: str) -> None:
        table = self._tables[line.sheet]
        if key == "booth_count" and table.heading(key) is None and table.heading("booth") is not None:
            key = "booth"
        heading = table.heading(key)
        if heading is None:
            name = BY_KEY[key].heading if key in BY_KEY else ""
            self._tell(CellFault(line.sheet, line.row, "", name, code, message))
        else:
            self._tell(CellFault(line.sheet, line.row, heading.letter, heading.text, code, message))

    def judge(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.report.rows += 1
            wanted = self._read(line)
            if wanted is not None:
                self._sort(line, wanted)

    def _read(self, line: Line) -> Application | None:
        missing, told = self._missing[line.sheet], {key for key, _, _ in line.faults}
        for key, code, message in line.faults:
            self._fault(line, key, code, message)
        place = Place(line.sheet, line.row)
        # Of one that is registered already the code was looked at.
        slips = place in self._passing or _plain(line.typed.credit_code) in self._known.credit_codes
        try:
            wanted = self._check(line.typed, slips)
        except InvalidInput as refused:
            for error in refused.errors:
                if error.code == "check_digit" and len(self.report.slips) < TOLD:
                    self.report.slips.append(self._slip(line))
                key = sheets.column_of(error.field)
                if key not in missing and key not in told and not (key == "booth_count" and "booth" in told):
                    self._fault(line, key, error.code, error.message)
            return None
        if wanted.check_digit_overridden and place in self._passing:
            self.report.passed.append(self._slip(line))
        return None if line.faults or missing else wanted

    def _slip(self, line: Line) -> Slip:
        return Slip(line.sheet, line.row, line.typed.name[:100], _plain(line.typed.credit_code))

    def _sort(self, line: Line, wanted: Application) -> None:
        place = Place(line.sheet, line.row)
        pairs = contacts_of(wanted.name, wanted.contact_mobile, wanted.contact_email)
        if wanted.credit_code is not None:
            twice = self._codes.setdefault(wanted.credit_code, place) != place
        else:
            twice = any(self._contacts.setdefault(pair, place) != place for pair in pairs)
        if twice:
            key = "name" if wanted.credit_code is None else "credit_code"
            self._fault(line, key, "twice", mark("This organisation stands in the file twice."))
        elif self._known.has(wanted):
            self.report.there.append(place)
        else:
            self.report.fresh += 1
            if len(self.report.first) < FIRST:
                self.report.first.append((line.row, wanted.name))
            self.fresh.append(wanted)
