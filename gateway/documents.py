"""An exhibitor's file as it is sent, whoever sends it: the exhibitor itself or an organizer for it."""

from typing import Any, Protocol

from litestar import Request, Response
from litestar.response import Redirect

from core.accounts.roles import Actor
from core.editions.queries import EditionInfo
from core.errors import DomainError, NotFound
from core.files.rules import PICTURE_OR_DOCUMENT
from core.i18n import Locale, mark, translate
from exhibitors.rules.files import ACCEPTS, NAMES
from exhibitors.services import files as services
from exhibitors.tables import FileKind
from gateway.attachments import Kept, attached
from gateway.pages import flash
from gateway.uploads import sent_upload

CHOOSE = mark("Please choose a file.")


class Show(Protocol):
    """The page again, with what is to be mended and what need not be chosen again."""

    async def __call__(
        self, *, status: int, kind: str, note: str, errors: dict[str, str], kept: Kept | None
    ) -> Response[Any]: ...


def kinds_of(locale: Locale, *kinds: FileKind) -> list[tuple[str, str]]:
    return [(kind.value, translate(locale, NAMES[kind])) for kind in kinds]


async def add_file(
    request: Request[Any, Any, Any], actor: Actor, edition: EditionInfo, number: str, locale: Locale, show: Show
) -> Response[Any]:
    """Whether the exhibitor is there, and theirs, was asked before."""
    errors: dict[str, str] = {}
    async with sent_upload(request) as sent:
        kind, note = sent.form.text("kind", 20), sent.form.text("note", 200)
        known = kind in FileKind.__members__
        if not known:
            errors["kind"] = CHOOSE
        accepts = ACCEPTS[FileKind(kind)] if known else PICTURE_OR_DOCUMENT
        field = await attached(request, sent, "file", accepts, required=CHOOSE)
    status = 422
    if field.fault:
        errors["file"] = field.fault
    elif known and field.ready is not None:
        try:
            await services.attach(actor, edition, number, FileKind(kind), field.ready, note=note)
        except NotFound:
            raise
        except DomainError as refused:
            status, errors["file"] = refused.status, refused.message
    if errors:
        told = {name: translate(locale, message) for name, message in errors.items()}
        return await show(status=status, kind=kind, note=note, errors=told, kept=await field.kept())
    answer: Response[Any] = Redirect(request.scope["path"], status_code=303)
    if field.is_other and field.ready is not None:
        flash(answer, mark("Kept as %(name)s: that is what the file really is."), name=field.ready.name)
    else:
        flash(answer, mark("The file is kept."))
    return answer
