"""Writes of projects."""

from typing import Any

import msgspec
from piccolo.query.methods.insert import Insert

from core import clock, money, text
from core.accounts.roles import Actor, Role
from core.audit import services as audit
from core.db import after_commit, insert_together, transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, Forbidden
from core.events import publish
from core.i18n import mark
from exhibitors.queries import desk
from exhibitors.tables import Exhibitor
from projects.queries.projects import ProjectInfo, project_numbered
from projects.rules import projects as rules_of
from projects.rules.projects import ContactIn, Draft, OwnerIn, ProjectIn, ProjectPatch
from projects.tables import Project, ProjectCooperation, ProjectField, ProjectState, ProjectTrade, TradeSide


class WrongState(DomainError):
    code = "wrong_status"
    message = mark("The project's present state does not allow this.")


def _checked(edition: EditionInfo, typed: ProjectIn) -> Draft:
    return rules_of.checked(
        typed,
        fields={choice.code for choice in edition.fields},
        categories={choice.code for choice in edition.categories},
    )


async def _owner(actor: Actor, edition: EditionInfo, draft: Draft) -> tuple[int | None, str]:
    """The exhibitor's id and the owner's name. An exhibitor may name none but itself.

    :raises NotFound: another's, told as one that is not there. :raises InvalidInput:
    """
    organizer = Role.organizer in actor.roles
    if not draft.exhibitor:
        if not organizer:
            raise rules_of.wrong_member("owner", "required", mark("Please say for which exhibitor this is."))
        return None, draft.owner
    if not organizer:
        await desk.opened_by(actor, edition, draft.exhibitor)
    row = (
        await Exhibitor.select(Exhibitor.id, Exhibitor.name)
        .where(Exhibitor.edition == edition.id, Exhibitor.number == draft.exhibitor)
        .first()
    )
    if row is None:
        raise rules_of.wrong_member("owner.exhibitor", "unknown", mark("There is no exhibitor of this number."))
    return row["id"], row["name"]


def _columns(draft: Draft, exhibitor: int | None, owner: str) -> dict[Any, Any]:
    return {
        Project.title: draft.title,
        Project.title_en: draft.title_en,
        Project.summary: draft.summary,
        Project.summary_en: draft.summary_en,
        Project.exhibitor: exhibitor,
        Project.owner: owner,
        Project.region: draft.region,
        Project.phase: draft.phase.value,
        Project.investment: draft.investment,
        Project.funding_sought: draft.funding_sought,
        Project.contact_name: draft.contact_name,
        Project.contact_mobile: draft.contact_mobile,
        Project.contact_email: draft.contact_email,
    }


async def _keep_codes(project: int, draft: Draft) -> None:
    inserts: list[Insert[Any]] = []
    if draft.fields:
        fields = [ProjectField(project=project, code=code, position=n) for n, code in enumerate(draft.fields)]
        inserts.append(ProjectField.insert(*fields))
    if draft.cooperation:
        wanted = [
            ProjectCooperation(project=project, code=code.value, position=n) for n, code in enumerate(draft.cooperation)
        ]
        inserts.append(ProjectCooperation.insert(*wanted))
    trades = [
        ProjectTrade(project=project, side=side.value, code=code, position=n)
        for side, codes in ((TradeSide.needs, draft.needs), (TradeSide.offers, draft.offers))
        for n, code in enumerate(codes)
    ]
    if trades:
        inserts.append(ProjectTrade.insert(*trades))
    if inserts:
        await insert_together(*inserts)


def _search(number: str, draft: Draft, owner: str) -> str:
    return text.search_key(f"{number} {draft.title} {draft.title_en} {owner}")


async def add(actor: Actor, edition: EditionInfo, typed: ProjectIn) -> ProjectInfo:
    """An organizer's is public at once; an exhibitor's waits for an organizer.

    :raises InvalidInput: 422. :raises NotFound: an exhibitor that is not this person's.
    """
    draft = _checked(edition, typed)
    state = ProjectState.published if Role.organizer in actor.roles else ProjectState.submitted
    now = clock.now()
    async with transaction():
        exhibitor, owner = await _owner(actor, edition, draft)
        while True:
            number = rules_of.new_number()
            rows = (
                await Project.insert(
                    Project(
                        {
                            Project.edition: edition.id,
                            Project.number: number,
                            Project.state: state.value,
                            Project.search: _search(number, draft, owner),
                            Project.made_by: actor.key,
                            Project.made_at: now,
                            Project.changed_at: now,
                            Project.published_at: now if state == ProjectState.published else None,
                            **_columns(draft, exhibitor, owner),
                        }
                    )
                )
                .on_conflict(action="DO NOTHING")
                .returning(Project.id)
            )
            if rows:
                break
        await _keep_codes(rows[0]["id"], draft)
        await audit.record(
            actor,
            "project.added",
            f"project:{edition.slug}/{number}",
            after={"title": draft.title, "state": state.value},
        )
        after_commit(lambda: publish("pitch", {"project": number}))
        return await project_numbered(actor, edition, number)


def _typed(stands: ProjectInfo) -> ProjectIn:
    """A project that is stored, as it would be typed."""
    contact = stands.contact
    return ProjectIn(
        title=stands.title,
        owner=OwnerIn(stands.exhibitor) if stands.exhibitor else stands.owner,
        summary=stands.summary,
        stage=stands.phase.value,
        fields=list(stands.fields),
        cooperation=[code.value for code in stands.cooperation],
        title_en=stands.title_en,
        summary_en=stands.summary_en,
        region=stands.region,
        investment=None if stands.investment is None else money.plain(stands.investment),
        funding_sought=None if stands.funding_sought is None else money.plain(stands.funding_sought),
        needs=list(stands.needs),
        offers=list(stands.offers),
        contact=ContactIn(contact.name, contact.mobile, contact.email)
        if any(msgspec.structs.astuple(contact))
        else None,
    )


def _next_state(actor: Actor, stands: ProjectInfo, patch: ProjectPatch) -> ProjectState:
    """:raises WrongState: :raises Forbidden: an owner that would publish itself."""
    organizer = Role.organizer in actor.roles
    if not organizer and patch.answer is not msgspec.UNSET:
        raise Forbidden
    if patch.status is msgspec.UNSET or patch.status == stands.state:
        changed = any(getattr(patch, name) is not msgspec.UNSET for name in ProjectIn.__struct_fields__)
        if changed and not organizer:
            if stands.state in (ProjectState.rejected, ProjectState.withdrawn):
                raise WrongState
            # What was reviewed and is changed by its owner is looked at again.
            return ProjectState.submitted
        return stands.state
    if not organizer and patch.status not in (ProjectState.withdrawn, ProjectState.submitted):
        raise Forbidden
    if patch.status not in (rules_of.STEPS if organizer else rules_of.OWN_STEPS)[stands.state]:
        raise WrongState
    return patch.status


async def change(actor: Actor, edition: EditionInfo, number: str, patch: ProjectPatch) -> ProjectInfo:
    """An owner's change of what is public goes back to an organizer.

    :raises InvalidInput: :raises NotFound: :raises WrongState: :raises Forbidden:
    """
    async with transaction():
        stands = await project_numbered(actor, edition, number)
        state = _next_state(actor, stands, patch)
        before = _typed(stands)
        given = {
            name: value for name in ProjectIn.__struct_fields__ if (value := getattr(patch, name)) is not msgspec.UNSET
        }
        fields = {choice.code for choice in edition.all_fields}
        categories = {choice.code for choice in edition.all_categories}
        draft = rules_of.checked(msgspec.structs.replace(before, **given), fields=fields, categories=categories)
        exhibitor, owner = await _owner(actor, edition, draft)
        now = clock.now()
        values: dict[Any, Any] = {
            **_columns(draft, exhibitor, owner),
            Project.state: state.value,
            Project.search: _search(number, draft, owner),
            Project.changed_at: now,
        }
        if patch.answer is not msgspec.UNSET:
            values[Project.answer] = text.paragraphs(patch.answer or "")[:2000]
        if state == ProjectState.published and stands.state != state:
            values[Project.published_at] = now
        moved = (
            await Project.update(values)
            .where(Project.id == stands.id, Project.state == stands.state.value)
            .returning(Project.id)
        )
        if not moved:
            raise WrongState
        for table in (ProjectField, ProjectCooperation, ProjectTrade):
            await table.delete().where(table.project == stands.id)
        await _keep_codes(stands.id, draft)
        after = _typed(await project_numbered(actor, edition, number))
        personal = {"contact"}
        names = [
            name
            for name in ProjectIn.__struct_fields__
            if name not in personal and getattr(before, name) != getattr(after, name)
        ]
        await audit.record(
            actor,
            "project.changed",
            f"project:{edition.slug}/{number}",
            before={
                "state": stands.state.value,
                **{name: msgspec.to_builtins(getattr(before, name)) for name in names},
            },
            after={"state": state.value, **{name: msgspec.to_builtins(getattr(after, name)) for name in names}},
        )
        after_commit(lambda: publish("pitch", {"project": number}))
        return await project_numbered(actor, edition, number)
