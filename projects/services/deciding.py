"""An organizer's word on a project: its owner is told by mail."""

from core import text
from core.accounts.roles import Actor
from core.accounts.services import people
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.i18n import DEFAULT, mark
from core.mail.services import compose, enqueue
from exhibitors.queries.applications import exhibitor_numbered
from projects.queries.projects import ProjectInfo, project_numbered
from projects.rules.projects import ProjectPatch
from projects.services import projects
from projects.tables import ProjectState

#: For those the owner has to know why.
_WITH_WORDS = (ProjectState.changes_requested, ProjectState.rejected)


def _said(typed: str, state: ProjectState) -> str:
    try:
        said = text.paragraphs(typed)
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("answer", fault.code, fault.message),)) from None
    if len(said) > 2000:
        raise InvalidInput(errors=(FieldError("answer", "too_long", mark("At most 2000 characters.")),))
    if not said and state in _WITH_WORDS:
        raise InvalidInput(errors=(FieldError("answer", "required", mark("Please say why, for the owner.")),))
    return said


async def decide(actor: Actor, edition: EditionInfo, number: str, state: ProjectState, answer: str) -> ProjectInfo:
    """:raises InvalidInput: at ``answer``. :raises NotFound: :raises WrongState: it stands elsewhere by now."""
    said = _said(answer, state)
    async with transaction():
        before = await project_numbered(actor, edition, number)
        after = await projects.change(actor, edition, number, ProjectPatch(status=state, answer=said))
        if before.state != after.state:
            await _tell(edition, after)
    return after


async def _tell(edition: EditionInfo, project: ProjectInfo) -> None:
    """The project's own contact, or else the exhibitor's; nobody where neither is known."""
    locale, name, to, page = DEFAULT, project.contact.name, project.contact.email, ""
    if project.exhibitor:
        firm = await exhibitor_numbered(edition, project.exhibitor)
        locale = people.locale_of(firm.locale)
        page = f"{settings().public_url}/portal/{firm.number}/projects/{project.number}"
        if not to:
            name, to = firm.contact.name, firm.contact.email
    if not to:
        return
    mail = compose(
        "project_decided",
        locale,
        name=name or project.owner,
        title=project.name(locale),
        expo=edition.name(locale),
        state=project.state.value,
        note=project.answer,
        page=page or f"{settings().public_url}/projects/{project.number}",
    )
    await enqueue(to, mail, to_name=name)
