"""The registration form as it is sent, whoever fills it in: the firm itself or an organizer for it."""

import re
import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict

from core.errors import FieldError
from core.files.held import HeldGone, Ready
from core.i18n import Locale, mark, translate
from exhibitors.queries.applications import ExhibitorDetail
from exhibitors.rules.applications import ApplicationIn, BoothIn, ContactIn
from exhibitors.rules.files import ACCEPTS, HINTS, NAMES
from exhibitors.tables import FileKind, Kind
from gateway.attachments import Attachment, Kept, attached
from gateway.uploads import Upload

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{22}")

KINDS = {
    Kind.company: mark("Company"),
    Kind.institution: mark("Public institution"),
    Kind.social_organization: mark("Social organisation"),
    Kind.public_body: mark("Government body"),
}


def kinds(locale: Locale) -> dict[str, str]:
    return {kind.value: translate(locale, name) for kind, name in KINDS.items()}


def new_submission() -> str:
    return secrets.token_urlsafe(16)


#: What was reviewed, and the wish for a booth: the form in an exhibitor's own desk.
DETAILS = (
    "name",
    "name_en",
    "country",
    "kind",
    "credit_code",
    "registration_number",
    "category",
    "category_2",
    "category_3",
    "fields",
    "booth_kind",
    "booth_count",
    "booth_area_m2",
    "power",
    "water",
)


class Typed(msgspec.Struct):
    """As it was sent; shown again as it is when something is to be mended."""

    submission: str = ""
    #: ``id`` of a former application from which the form was filled.
    previous: str = ""
    name: str = ""
    name_en: str = ""
    country: str = "CN"
    kind: str = ""
    credit_code: str = ""
    registration_number: str = ""
    category: str = ""
    category_2: str = ""
    category_3: str = ""
    fields: list[str] = []
    intro: str = ""
    exhibits: str = ""
    website: str = ""
    contact_name: str = ""
    contact_mobile: str = ""
    contact_email: str = ""
    booth_kind: str = "standard"
    booth_count: str = "1"
    booth_area_m2: str = ""
    lintel_zh: str = ""
    lintel_en: str = ""
    power: str = ""
    water: str = ""
    consent: str = ""
    #: Of the notice that was shown with the form.
    privacy_version: str = ""

    @classmethod
    def of(cls, form: FormMultiDict) -> "Typed":
        found = cls()
        for name in cls.__struct_fields__:
            sent = [one for one in form.getall(name, []) if isinstance(one, str)]
            if name == "fields":
                found.fields = sent
            elif sent:
                setattr(found, name, sent[0])
        if not _SUBMISSION.fullmatch(found.submission):
            found.submission = new_submission()
        return found

    @classmethod
    def as_stands(cls, one: ExhibitorDetail) -> "Typed":
        """What was stored, without a consent and a submission."""
        category, category_2, category_3 = [*one.categories, "", "", ""][:3]
        return cls(
            name=one.name,
            name_en=one.name_en,
            country=one.country,
            kind=one.kind.value,
            credit_code=one.credit_code or "",
            registration_number=one.registration_number,
            category=category,
            category_2=category_2,
            category_3=category_3,
            fields=list(one.fields),
            intro=one.intro,
            exhibits=one.exhibits,
            website=one.website,
            contact_name=one.contact.name,
            contact_mobile=one.contact.mobile,
            contact_email=one.contact.email,
            booth_kind=one.booth.kind.value,
            booth_count=str(one.booth.count or ""),
            booth_area_m2=str(one.booth.area_m2 or ""),
            lintel_zh=one.lintel_zh,
            lintel_en=one.lintel_en,
            power=one.power,
            water="1" if one.water else "",
        )

    @classmethod
    def from_former(cls, one: ExhibitorDetail, categories: Iterable[str], fields: Iterable[str]) -> "Typed":
        """Everything that was sent to another edition and is still on offer, but the consent."""
        offered, known = set(categories), set(fields)
        category, category_2, category_3 = [*(code for code in one.categories if code in offered), "", "", ""][:3]
        return msgspec.structs.replace(
            cls.as_stands(one),
            submission=new_submission(),
            previous=str(one.id),
            category=category,
            category_2=category_2,
            category_3=category_3,
            fields=[code for code in one.fields if code in known],
            booth_count=str(one.booth.count or 1),
        )

    @classmethod
    def kept(cls, form: str) -> "Typed":
        """From a draft; what an older program kept of other fields is passed over."""
        return msgspec.json.decode(form, type=cls)

    def to_keep(self) -> str:
        """For a draft, without the consent: that is given with sending."""
        return msgspec.json.encode(msgspec.structs.replace(self, consent="", privacy_version="")).decode()

    def with_details(self, sent: "Typed") -> "Typed":
        """With what the form of the desk asks for taken from what was sent; the rest as it stands."""
        return msgspec.structs.replace(self, **{name: getattr(sent, name) for name in DETAILS})

    @property
    def former(self) -> int | None:
        """A number that a row can have."""
        return int(self.previous) if re.fullmatch(r"[0-9]{1,9}", self.previous) else None

    def application(self) -> ApplicationIn:
        """What belongs to the other kind of booth is left out: without scripts both stand on the form."""
        standard = self.booth_kind == "standard"
        return ApplicationIn(
            name=self.name,
            name_en=self.name_en,
            country=self.country,
            kind=self.kind or None,
            credit_code=self.credit_code,
            registration_number=self.registration_number,
            categories=[code for code in (self.category, self.category_2, self.category_3) if code],
            fields=self.fields,
            intro=self.intro,
            exhibits=self.exhibits,
            website=self.website,
            contact=ContactIn(self.contact_name, self.contact_mobile, self.contact_email),
            booth=BoothIn(
                self.booth_kind,
                self.booth_count if standard else None,
                None if standard else self.booth_area_m2,
            ),
            lintel_zh=self.lintel_zh,
            lintel_en=self.lintel_en,
            power=self.power,
            water=bool(self.water),
            privacy_version=self.privacy_version if self.consent else "",
        )


class SentFiles(msgspec.Struct):
    """The files that may come with an application, by their names in the form."""

    fields: dict[str, Attachment]

    @property
    def faults(self) -> tuple[FieldError, ...]:
        return tuple(FieldError(name, "file", field.fault) for name, field in self.fields.items() if field.fault)

    @property
    def ready(self) -> tuple[tuple[FileKind, Ready], ...]:
        return tuple((FileKind(name), field.ready) for name, field in self.fields.items() if field.ready is not None)

    def gone(self, refused: HeldGone) -> tuple[FieldError, ...]:
        return tuple(FieldError(FileKind(kind).value, refused.code, refused.message) for kind, _ in self.ready)

    async def kept(self) -> dict[str, Kept | None]:
        return {name: await field.kept() for name, field in self.fields.items()}


FILES = (FileKind.licence, FileKind.logo)


async def sent_files(request: Request[Any, Any, Any], sent: Upload, submission: str) -> SentFiles:
    return SentFiles(
        {kind.value: await attached(request, sent, kind.value, ACCEPTS[kind], form=submission) for kind in FILES}
    )


class FileField(msgspec.Struct, frozen=True):
    name: str
    label: str
    hint: str
    endings: str
    kept: Kept | None


def file_fields(locale: Locale, kept: dict[str, Kept | None]) -> list[FileField]:
    return [
        FileField(
            kind.value,
            translate(locale, NAMES[kind]),
            translate(locale, HINTS[kind]),
            ACCEPTS[kind].endings,
            kept.get(kind.value),
        )
        for kind in FILES
    ]


#: The service's members and the form's.
_PLACES = {
    "categories": "category",
    "categories[0]": "category",
    "categories[1]": "category_2",
    "categories[2]": "category_3",
    "privacy_version": "consent",
    "contact.name": "contact_name",
    "contact.mobile": "contact_mobile",
    "contact.email": "contact_email",
    "booth.kind": "booth_kind",
    "booth.count": "booth_count",
    "booth.area_m2": "booth_area_m2",
}


def place_of(field: str) -> str:
    """Where in the form the service's member stands."""
    return "fields" if field.startswith("fields[") else _PLACES.get(field, field)


def placed(errors: Iterable[FieldError], locale: Locale) -> dict[str, str]:
    """Each message at its place in the form."""
    return {place_of(error.field): translate(locale, error.message) for error in errors}
