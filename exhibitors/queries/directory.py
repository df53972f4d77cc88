"""The directory: what everybody may see of exhibitors that were admitted. Nothing personal is read here."""

from collections.abc import Sequence
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from core.db import engine
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.files.queries import FileInfo
from core.i18n import Locale
from exhibitors.queries.applications import codes_of
from exhibitors.queries.files import FileLine, files_of, files_of_many
from exhibitors.rules import directory as rules
from exhibitors.rules.directory import Term
from exhibitors.rules.files import SHOWN
from exhibitors.tables import BoothHolding, Exhibitor, ExhibitorListing, FileKind

#: More are not counted one by one.
COUNTED = 1000
MOST_PAGES = 400


class Wanted(msgspec.Struct, frozen=True):
    q: str = ""
    category: str = ""
    field: str = ""
    letter: str = ""

    @property
    def all(self) -> bool:
        return not (self.q or self.category or self.field or self.letter)


class Card(msgspec.Struct, frozen=True):
    """A firm in the list."""

    id: int
    number: str
    name: str
    name_en: str
    intro: str
    categories: tuple[str, ...]
    logo: FileInfo | None
    booths: tuple[str, ...]

    @property
    def initial(self) -> str:
        """Stands where there is no logo: the first letter of what comes after "示例·"."""
        return next((char for char in self.name.rpartition("·")[2] if char.isalnum()), "")


class Found(msgspec.Struct, frozen=True):
    cards: list[Card]
    #: Up to :data:`COUNTED`; one more means that there are more.
    total: int
    more: bool


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A firm's page."""

    id: int
    number: str
    name: str
    name_en: str
    country: str
    intro: str
    website: str
    categories: tuple[str, ...]
    fields: tuple[str, ...]
    logo: FileInfo | None
    products: list[FileLine]
    exhibits: str
    booths: tuple[str, ...]


async def stamp() -> int:
    """Grows with every change of what stands in the directory, but for what only leaves it."""
    rows = await _run("SELECT MAX(id) AS last FROM exhibitor_listing")
    return rows[0]["last"] or 0


async def _run(sql: str, *values: Any) -> list[dict[str, Any]]:
    return await engine().run_querystring(QueryString(sql, *values))


#: Rows of an index that are counted, to know where to begin.
_LOOKED_AT = 5 * COUNTED


class _Part(msgspec.Struct, frozen=True):
    """A condition on a listing ``l``; and, where an index finds its rows at once, the same as a place to begin:
    ``FROM source WHERE where``, with how many rows that has, up to one more than :data:`_LOOKED_AT`."""

    sql: str
    values: tuple[Any, ...]
    source: str = ""
    where: str = ""
    source_values: tuple[Any, ...] = ()
    rows: int = _LOOKED_AT + 1
    #: Where it was begun there, the condition itself need not be asked any more.
    says_all: bool = True

    @property
    def rare(self) -> bool:
        return bool(self.source) and self.rows <= COUNTED


async def _capped(counts: list[tuple[str, tuple[Any, ...]]], most: int) -> list[int]:
    """How many rows each of these has, up to one more than ``most``, in one statement."""
    if not counts:
        return []
    sql = " UNION ALL ".join(
        f"SELECT {n} AS at, COUNT(*) AS n FROM (SELECT 1 AS one FROM {what} LIMIT {most + 1}) AS found{n}"  # noqa: S608
        for n, (what, _) in enumerate(counts)
    )
    rows = await _run(sql, *(value for _, values in counts for value in values))
    found = {row["at"]: int(row["n"]) for row in rows}
    return [found[n] for n in range(len(counts))]


_GRAM = "edition = {} AND gram = {}"


def _term(edition: int, term: Term, counted: dict[str, int]) -> _Part:
    """Begun with by the rarest of its grams."""
    rarest = min(term.grams, key=lambda gram: counted[gram])
    begin = ("exhibitor_gram g", "g.edition = {} AND g.gram = {} AND l.exhibitor = g.exhibitor", (edition, rarest))
    if term.exact:
        sql = f"EXISTS (SELECT 1 FROM exhibitor_gram WHERE {_GRAM} AND exhibitor = l.exhibitor)"  # noqa: S608
        return _Part(sql, (edition, rarest), *begin, counted[rarest])
    text = term.text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return _Part("l.haystack LIKE {} ESCAPE '!'", (f"%{text}%",), *begin, counted[rarest], says_all=False)


def _code(edition: int, table: str, code: str, rows: int) -> _Part:
    return _Part(
        f"EXISTS (SELECT 1 FROM {table} WHERE code = {{}} AND exhibitor = l.exhibitor)",  # noqa: S608
        (code,),
        f"{table} c",
        "c.code = {} AND l.exhibitor = c.exhibitor AND l.edition = {}",
        (code, edition),
        rows,
    )


def _letter(letter: str, end: str) -> _Part:
    """A piece of the order, so that its index finds it."""
    if letter == "#":
        return _Part(f"l.letter_{end} = {{}}", ("#",))
    low = letter.lower()
    return _Part(f"l.sort_{end} >= {{}} AND l.sort_{end} < {{}}", (low, chr(ord(low) + 1)))


async def _parts(edition: int, wanted: Wanted, end: str) -> list[_Part]:
    terms = rules.terms(wanted.q)
    grams = sorted({gram for term in terms for gram in term.grams})
    tables = {"exhibitor_category": wanted.category, "exhibitor_field": wanted.field}
    codes = [(table, code) for table, code in tables.items() if code]
    counts: list[tuple[str, tuple[Any, ...]]] = [(f"exhibitor_gram WHERE {_GRAM}", (edition, gram)) for gram in grams]
    counts += [(f"{table} WHERE code = {{}}", (code,)) for table, code in codes]
    counted = await _capped(counts, _LOOKED_AT)
    by_gram = dict(zip(grams, counted, strict=False))
    parts = [_term(edition, term, by_gram) for term in terms]
    parts += [
        _code(edition, table, code, rows) for (table, code), rows in zip(codes, counted[len(grams) :], strict=True)
    ]
    if wanted.letter:
        parts.append(_letter(wanted.letter, end))
    return parts


def _where(parts: list[_Part]) -> tuple[str, tuple[Any, ...]]:
    return "".join(f" AND {part.sql}" for part in parts), tuple(value for part in parts for value in part.values)


async def search(edition: EditionInfo, wanted: Wanted, locale: Locale, *, page: int = 1, size: int = 24) -> Found:
    """In the order of the alphabet: by pinyin, or for English readers by the English name.

    Begins with what is rare and finds all of it; where nothing is, walks the listings in their order until there are
    enough. Either way the cost is that of about a thousand rows, however many there are.
    """
    end = "en" if locale == "en" else "zh"
    parts = await _parts(edition.id, wanted, end)
    order, first = f"ORDER BY l.sort_{end}, l.exhibitor", (page - 1) * size
    rarest = min((part for part in parts if part.source), key=lambda part: part.rows, default=None)
    if rarest is not None and not rarest.rows:
        return Found([], 0, False)
    begun = _walked(edition.id, parts) if rarest is None or rarest.rows > _LOOKED_AT else _begun(rarest, parts)
    if rarest is not None and rarest.rows <= COUNTED:
        ids = [row["id"] for row in await _run(f"SELECT l.exhibitor AS id FROM {begun[0]} {order}", *begun[1])]  # noqa: S608
        return Found(await _cards(ids[first : first + size]), len(ids), len(ids) > first + size)
    source, values = _walked(edition.id, parts)
    sql = f"SELECT l.exhibitor AS id FROM {source} {order} LIMIT {{}} OFFSET {{}}"  # noqa: S608
    ids = [row["id"] for row in await _run(sql, *values, size + 1, first)]
    total = first + len(ids)
    if first or len(ids) > size:
        alone = len(parts) == 1 and parts[0].says_all and bool(parts[0].source)
        total = min(parts[0].rows, COUNTED + 1) if alone else (await _capped([begun], COUNTED))[0]
    return Found(await _cards(ids[:size]), total, len(ids) > size)


def _begun(rarest: _Part, parts: list[_Part]) -> tuple[str, tuple[Any, ...]]:
    """With what is rare. CROSS JOIN: SQLite keeps to this order."""
    more, values = _where([part for part in parts if part is not rarest or not part.says_all])
    return f"{rarest.source} CROSS JOIN exhibitor_listing l WHERE {rarest.where}{more}", rarest.source_values + values


def _walked(edition: int, parts: list[_Part]) -> tuple[str, tuple[Any, ...]]:
    more, values = _where(parts)
    return f"exhibitor_listing l WHERE l.edition = {{}}{more}", (edition, *values)


async def _cards(ids: Sequence[int]) -> list[Card]:
    if not ids:
        return []
    rows = await Exhibitor.select(
        Exhibitor.id, Exhibitor.number, Exhibitor.name, Exhibitor.name_en, Exhibitor.intro
    ).where(Exhibitor.id.is_in(list(ids)))
    categories, _ = await codes_of(list(ids))
    logos = await files_of_many(list(ids), FileKind.logo)
    booths = await booths_of_many(list(ids))
    found = {
        row["id"]: Card(
            row["id"],
            row["number"],
            row["name"],
            row["name_en"],
            row["intro"],
            tuple(categories.get(row["id"], ())),
            next((line.file for line in logos.get(row["id"], ())), None),
            booths.get(row["id"], ()),
        )
        for row in rows
    }
    return [found[one] for one in ids if one in found]


async def booths_of_many(ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The codes of the booths that these hold."""
    rows = (
        await BoothHolding.select(BoothHolding.exhibitor, BoothHolding.booth.code.as_alias("code"))
        .where(BoothHolding.exhibitor.is_in(ids))
        .order_by(BoothHolding.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row["exhibitor"]] = (*found.get(row["exhibitor"], ()), row["code"])
    return found


async def profile(edition: EditionInfo, number: str) -> Profile:
    """:raises NotFound: 404, also for one that is not public."""
    row = (
        await Exhibitor.select(
            Exhibitor.id,
            Exhibitor.number,
            Exhibitor.name,
            Exhibitor.name_en,
            Exhibitor.country,
            Exhibitor.intro,
            Exhibitor.website,
            Exhibitor.exhibits,
        )
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
        .first()
    )
    if row is None or not await ExhibitorListing.exists().where(ExhibitorListing.exhibitor == row["id"]):
        raise NotFound
    categories, fields = await codes_of([row["id"]])
    files = await files_of(row["id"], *SHOWN)
    return Profile(
        id=row["id"],
        number=row["number"],
        name=row["name"],
        name_en=row["name_en"],
        country=row["country"],
        intro=row["intro"],
        website=row["website"],
        categories=tuple(categories.get(row["id"], ())),
        fields=tuple(fields.get(row["id"], ())),
        logo=next((line.file for line in files if line.kind is FileKind.logo), None),
        exhibits=row["exhibits"],
        booths=(await booths_of_many([row["id"]])).get(row["id"], ()),
        products=[line for line in files if line.kind is FileKind.product],
    )
