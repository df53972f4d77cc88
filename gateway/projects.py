"""The form of a project as it is sent, whoever fills it in: its owner or an organizer."""

from typing import Any

from core import money, text
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.i18n import Locale, mark, translate
from gateway.forms import Form
from projects.queries.projects import ProjectInfo
from projects.rules import projects as rules
from projects.rules.projects import ContactIn, OwnerIn, ProjectIn, ProjectPatch
from projects.tables import Cooperation, Phase, ProjectState

PHASES: dict[str, str] = {
    Phase.idea: mark("Idea"),
    Phase.building: mark("Under construction"),
    Phase.operating: mark("In operation"),
    Phase.expanding: mark("Expanding"),
}
COOPERATION: dict[str, str] = {
    Cooperation.investment: mark("Investment"),
    Cooperation.operation: mark("Operation"),
    Cooperation.technology: mark("Technology"),
    Cooperation.procurement: mark("Procurement"),
    Cooperation.land: mark("Land"),
    Cooperation.franchise: mark("Franchise"),
}
STATES: dict[str, str] = {
    ProjectState.submitted: mark("Waits for the organizers"),
    ProjectState.changes_requested: mark("Changes asked for"),
    ProjectState.published: mark("Published"),
    ProjectState.rejected: mark("Not accepted"),
    ProjectState.withdrawn: mark("Taken back"),
}
_SEVERAL = ("fields", "cooperation", "needs", "offers")


def named(names: dict[str, str], locale: Locale) -> dict[str, str]:
    return {code: translate(locale, name) for code, name in names.items()}


def words(edition: EditionInfo, locale: Locale) -> dict[str, str]:
    """Every code that a project bears, as the reader says it."""
    found = edition.names(locale)
    for names in (STATES, PHASES, COOPERATION):
        found |= named(names, locale)
    return found


def choices(edition: EditionInfo, locale: Locale) -> dict[str, Any]:
    """What the form offers, for :file:`project_form.html`."""
    return {
        "phases": [("", translate(locale, mark("Please choose"))), *named(PHASES, locale).items()],
        "cooperations": list(named(COOPERATION, locale).items()),
        "fields_offered": [(one.code, one.name(locale)) for one in edition.fields],
        "categories_offered": [(one.code, one.name(locale)) for one in edition.categories],
    }


def _plain(form: Form, name: str, faults: list[FieldError]) -> str | None:
    """An amount as people write it (1.2亿) as yuan in figures."""
    typed = form.text(name, 200).strip()
    if not typed:
        return None
    try:
        return money.plain(money.parse(typed))
    except text.Fault as fault:
        faults.append(FieldError(name, fault.code, fault.message))
        return None


def sent(form: Form, edition: EditionInfo, owner: OwnerIn | str) -> ProjectIn:
    """:raises InvalidInput: all that is wrong, each at its field."""
    faults: list[FieldError] = []
    typed = ProjectIn(
        title=form.text("title"),
        owner=owner,
        summary=form.text("summary"),
        stage=form.text("stage", 40),
        fields=form.many.get("fields", []),
        cooperation=form.many.get("cooperation", []),
        title_en=form.text("title_en"),
        summary_en=form.text("summary_en"),
        region=form.text("region"),
        investment=_plain(form, "investment", faults),
        funding_sought=_plain(form, "funding_sought", faults),
        needs=form.many.get("needs", []),
        offers=form.many.get("offers", []),
        contact=ContactIn(form.text("contact.name"), form.text("contact.mobile"), form.text("contact.email")),
    )
    fields = {one.code for one in edition.all_fields}
    categories = {one.code for one in edition.all_categories}
    try:
        rules.checked(typed, fields=fields, categories=categories)
    except InvalidInput as refused:
        raise InvalidInput(errors=(*refused.errors, *faults)) from refused
    if faults:
        raise InvalidInput(errors=tuple(faults))
    return typed


def patch_of(typed: ProjectIn) -> ProjectPatch:
    return ProjectPatch(**{name: getattr(typed, name) for name in ProjectIn.__struct_fields__})


def filled(project: ProjectInfo) -> Form:
    """The form with what is stored."""

    def yuan(fen: int | None) -> str:
        return "" if fen is None else money.grouped(fen)

    form = Form(
        {
            "title": project.title,
            "title_en": project.title_en,
            "summary": project.summary,
            "summary_en": project.summary_en,
            "stage": project.phase.value,
            "region": project.region,
            "owner": "" if project.exhibitor else project.owner,
            "exhibitor": project.exhibitor,
            "investment": yuan(project.investment),
            "funding_sought": yuan(project.funding_sought),
            "contact.name": project.contact.name,
            "contact.mobile": project.contact.mobile,
            "contact.email": project.contact.email,
        }
    )
    form.many = {name: [str(code) for code in getattr(project, name)] for name in _SEVERAL}
    return form


def blank() -> Form:
    form = Form()
    form.many = {}
    return form
