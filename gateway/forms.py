"""What was typed into a form."""

from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import HTTPException

from core.errors import DomainError
from core.i18n import Locale, translate


class Form(dict[str, str]):
    """Name to text, the last of a name; ``many`` has all that were ticked of it. Files are left out."""

    many: dict[str, list[str]]

    def text(self, name: str, most: int = 10_000) -> str:
        return self.get(name, "").replace("\x00", "")[:most]

    def number(self, name: str, most: int = 20) -> int | None:
        """None: left empty, or no number in plain digits."""
        typed = self.text(name, most).strip()
        return int(typed) if typed.isascii() and typed.isdecimal() else None


async def sent_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """As it came. Bytes that are no text in the encoding they claim, or in UTF-8, are the sender's fault: 400."""
    try:
        return await request.form()
    except (UnicodeError, LookupError) as unreadable:
        raise HTTPException(status_code=400) from unreadable


async def form_of(request: Request[Any, Any, Any]) -> Form:
    return form_in(await sent_form(request))


def form_in(data: FormMultiDict) -> Form:
    form = Form()
    form.many = {}
    for name, value in data.multi_items():
        if not isinstance(value, UploadFile):
            form[name] = str(value)
            form.many.setdefault(name, []).append(str(value))
    return form


def shown_errors(error: DomainError, locale: Locale) -> dict[str, str]:
    """Field to message, in the reader's language; what belongs to no field stands under the empty name."""
    if not error.errors:
        return {"": translate(locale, error.message, **error.values)}
    return {fault.field: translate(locale, fault.message) for fault in error.errors}


def shown_at_fields(error: DomainError, locale: Locale) -> dict[str, str]:
    """The same, where several boxes are one field: ``days[2]`` stands at ``days``."""
    return {field.partition("[")[0]: message for field, message in shown_errors(error, locale).items()}
