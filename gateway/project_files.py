"""A project's file as it is sent, by its owner or by an organizer."""

from typing import Any, Protocol

from litestar import Request, Response
from litestar.response import Redirect

from core.accounts.roles import Actor
from core.editions.queries import EditionInfo
from core.errors import DomainError
from core.files.rules import PICTURE_OR_DOCUMENT
from core.i18n import Locale, mark, translate
from gateway.attachments import Kept, attached
from gateway.documents import CHOOSE
from gateway.pages import flash
from gateway.uploads import sent_upload
from projects.queries.projects import ProjectInfo
from projects.services import files as services


class Show(Protocol):
    """The page again, with what is to be mended and what need not be chosen again."""

    async def __call__(self, *, note: str, errors: dict[str, str], kept: Kept | None) -> Response[Any]: ...


async def add_file(
    request: Request[Any, Any, Any],
    actor: Actor,
    edition: EditionInfo,
    project: ProjectInfo,
    locale: Locale,
    back: str,
    show: Show,
) -> Response[Any]:
    """Whose project it is was asked before; ``back``: where its page is."""
    errors: dict[str, str] = {}
    async with sent_upload(request) as sent:
        note = sent.form.text("note", 200)
        field = await attached(request, sent, "file", PICTURE_OR_DOCUMENT, required=CHOOSE)
    if field.fault:
        errors["file"] = field.fault
    elif field.ready is not None:
        try:
            await services.attach(actor, edition, project, field.ready, note=note)
        except DomainError as refused:
            errors["file"] = refused.message
    if errors:
        told = {name: translate(locale, message) for name, message in errors.items()}
        return await show(note=note, errors=told, kept=await field.kept())
    answer: Response[Any] = Redirect(back, status_code=303)
    flash(answer, mark("The file is kept."))
    return answer
