"""What became of each published project. Five queries, however many there are."""

from datetime import datetime
from typing import Any

from core import clock
from core.db import moment_in
from core.editions.queries import EditionInfo
from core.editions.rules import moment_of
from deals.queries.deals import run
from deals.rules.funnel import Line, Stage
from projects.tables import MeetingState, Outcome, Project, ProjectState

_PITCHED = (
    "SELECT project, MIN(starts_at) AS first FROM slot"
    " WHERE edition = {} AND project IS NOT NULL AND starts_at <= {} GROUP BY project"
)
_INTERESTED = (
    "SELECT project, COUNT(*) AS n, MIN(made_at) AS first FROM project_interest"
    " WHERE edition = {} AND withdrawn_at IS NULL GROUP BY project"
)
_WANTS = f"(outcome_owner = '{Outcome.deal.value}' OR outcome_partner = '{Outcome.deal.value}')"
_MET = (
    "SELECT project, COUNT(*) AS n, MIN(COALESCE(starts_at, changed_at)) AS first,"  # noqa: S608  # our own words
    f" SUM(CASE WHEN {_WANTS} THEN 1 ELSE 0 END) AS intents,"
    f" MIN(CASE WHEN {_WANTS} THEN COALESCE(ends_at, changed_at) END) AS wanted"
    f" FROM meeting WHERE edition = {{}} AND state = '{MeetingState.held.value}' GROUP BY project"
)
_SIGNED = (
    "SELECT r.project, COUNT(*) AS n, MIN(r.signed_on) AS first,"
    " SUM(CASE WHEN r.undisclosed OR r.fen IS NULL THEN 1 ELSE 0 END) AS bare,"
    " SUM(CASE WHEN r.undisclosed THEN 0 ELSE COALESCE(r.fen, 0) END) AS fen"
    " FROM deal d JOIN deal_revision r ON r.deal = d.id AND r.n = d.counted"
    " WHERE d.edition = {} AND r.project IS NOT NULL GROUP BY r.project"
)


async def lines(edition: EditionInfo) -> list[Line]:
    projects = await Project.select(Project.id, Project.number, Project.title, Project.title_en, Project.owner).where(
        Project.edition == edition.id, Project.state == ProjectState.published.value
    )
    pitched = {row["project"]: row for row in await run(_PITCHED, edition.id, clock.now())}
    interested = {row["project"]: row for row in await run(_INTERESTED, edition.id)}
    met = {row["project"]: row for row in await run(_MET, edition.id)}
    signed = {row["project"]: row for row in await run(_SIGNED, edition.id)}
    nothing: dict[str, Any] = {"n": 0, "intents": 0, "fen": 0, "bare": 0}
    found = []
    for row in projects:
        shown, talks = interested.get(row["id"], nothing), met.get(row["id"], nothing)
        deals = signed.get(row["number"], nothing)
        at = {}
        if row["id"] in pitched:
            at[Stage.pitch] = moment_in(pitched[row["id"]]["first"])
        if shown["n"]:
            at[Stage.interest] = moment_in(shown["first"])
        if talks["n"]:
            at[Stage.meeting] = moment_in(talks["first"])
        if talks["intents"]:
            at[Stage.intent] = moment_in(talks["wanted"])
        if deals["n"]:
            day = datetime.fromisoformat(deals["first"]).date()
            # A day is all that is known: its end, so that what happened on it comes before.
            at[Stage.signed] = moment_of(day, 1440, edition.timezone)
        found.append(
            Line(
                project=row["number"],
                title=row["title"],
                title_en=row["title_en"],
                owner=row["owner"],
                interests=int(shown["n"]),
                meetings=int(talks["n"]),
                intents=int(talks["intents"]),
                deals=int(deals["n"]),
                fen=int(deals["fen"]),
                bare=int(deals["bare"]),
                at=at,
            )
        )
    return found
