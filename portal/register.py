"""The exhibitors' registration form (参展报名), over the same service as the API's."""

import re
import secrets
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect

from core.editions.queries import EditionInfo, current_edition
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import translate
from exhibitors.queries.applications import number_of_submission
from exhibitors.rules import applications as rules
from exhibitors.rules.applications import ApplicationIn, BoothIn, ContactIn
from exhibitors.services.registration import AlreadyRegistered, RegistrationClosed, register
from gateway.access import PUBLIC, actor_of
from gateway.forms import sent_form
from gateway.locale import locale_of
from gateway.pages import page

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{22}")


class Typed(msgspec.Struct):
    """The form as it was sent; shown again as it is when something is to be mended."""

    submission: str = ""
    name: str = ""
    name_en: str = ""
    country: str = "CN"
    credit_code: str = ""
    category: str = ""
    category_2: str = ""
    category_3: str = ""
    fields: list[str] = []
    intro: str = ""
    website: str = ""
    contact_name: str = ""
    contact_mobile: str = ""
    contact_email: str = ""
    booth_kind: str = "standard"
    booth_count: str = "1"
    booth_area_m2: str = ""
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
            found.submission = secrets.token_urlsafe(16)
        return found

    def application(self) -> ApplicationIn:
        """What belongs to the other kind of booth is left out: without scripts both stand on the form."""
        standard = self.booth_kind == "standard"
        return ApplicationIn(
            name=self.name,
            name_en=self.name_en,
            country=self.country,
            credit_code=self.credit_code,
            categories=[code for code in (self.category, self.category_2, self.category_3) if code],
            fields=self.fields,
            intro=self.intro,
            website=self.website,
            contact=ContactIn(self.contact_name, self.contact_mobile, self.contact_email),
            booth=BoothIn(
                self.booth_kind,
                self.booth_count if standard else None,
                None if standard else self.booth_area_m2,
            ),
            privacy_version=self.privacy_version if self.consent else "",
        )


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


def _place(field: str) -> str:
    return "fields" if field.startswith("fields[") else _PLACES.get(field, field)


def _show(
    request: Request[Any, Any, Any], edition: EditionInfo, typed: Typed, errors: tuple[FieldError, ...] = ()
) -> Response[Any]:
    locale = locale_of(request)
    return page(
        request,
        "portal/register.html",
        status_code=422 if errors else 200,
        edition=edition,
        registration=edition.registration(),
        typed=typed,
        categories=[(choice.code, choice.name(locale)) for choice in edition.categories],
        errors={_place(error.field): translate(locale, error.message) for error in errors},
        countries=list(rules.countries(locale).items()),
    )


@get("/register", opt=PUBLIC)
async def form(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    return _show(request, edition, Typed(submission=secrets.token_urlsafe(16)))


@post("/register", opt={**PUBLIC, "limit": "register"})
async def send(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    typed = Typed.of(await sent_form(request))
    try:
        await register(actor_of(request), edition, typed.application(), locale_of(request), submission=typed.submission)
    except InvalidInput as refused:
        return _show(request, edition, typed, refused.errors)
    except AlreadyRegistered as refused:
        return _show(request, edition, typed, (FieldError("credit_code", refused.code, refused.message),))
    except RegistrationClosed:
        return _show(request, edition, typed)
    return Redirect(f"/register/{typed.submission}", status_code=303)


@get("/register/{submission:str}", opt=PUBLIC)
async def done(request: Request[Any, Any, Any], submission: FromPath[str]) -> Response[Any]:
    """Only the browser that sent the form knows this address."""
    edition = await current_edition()
    number = None if edition is None else await number_of_submission(edition, submission)
    if number is None:
        raise NotFound
    return page(request, "portal/registered.html", edition=edition, number=number)


ROUTES = [form, send, done]
