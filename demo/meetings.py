"""Meetings of the demo: yesterday's are held, some are today, some wait for an answer or a table. Invented."""

from datetime import timedelta

from core.accounts.roles import CLI
from core.editions.queries import EditionInfo
from core.editions.rules import moment_of
from demo.firms import taking_part
from projects.queries.projects import Filter, ProjectInfo, published
from projects.rules.meetings import MeetingIn, PlaceIn
from projects.rules.plansettings import SettingsIn
from projects.services import meetings, planning
from projects.tables import MeetingSide, MeetingState, Outcome

HOURS = "09:30-11:55, 13:30-16:45"
#: Minutes of the day at which yesterday's and today's meetings begin.
_STARTS = (570, 595, 620, 645, 810, 835, 860)
_OUTCOMES = (Outcome.deal, Outcome.cooperation, Outcome.deal, Outcome.informative, Outcome.not_suitable)


async def load(edition: EditionInfo) -> None:
    hours = {day.day.isoformat(): HOURS for day in edition.days}
    await planning.set_up(CLI, edition, SettingsIn(20, 5, 10, hours, "一号馆, A, 20\n二号馆, B, 10"))
    numbers = await taking_part(edition, 60, latest=True)
    for n, project in enumerate(sorted(await published(edition, Filter()), key=lambda one: one.id)):
        others = [number for number in numbers if number != project.exhibitor]
        for m in range(5):
            if others:
                await _meeting(edition, project, others[(5 * n + m) % len(others)], n, m)


async def _meeting(edition: EditionInfo, project: ProjectInfo, firm: str, n: int, m: int) -> None:
    """The first two of each project were yesterday, the third is today, the fourth has no table, the last no answer."""
    made = await meetings.ask(CLI, edition, MeetingIn(project.number, firm, None, "想当面谈谈合作方式。"), quietly=True)
    if m == 4:
        return
    await meetings.step(CLI, edition, made.number, MeetingState.accepted, quietly=True)
    if m == 3:
        return
    day = edition.days[0 if m < 2 else 1].day
    starts = moment_of(day, _STARTS[(n // 3 + 3 * m) % len(_STARTS)], edition.timezone)
    table = f"A{n % 20 + 1}"
    place = PlaceIn(table, starts.isoformat(), (starts + timedelta(minutes=20)).isoformat())
    await meetings.place(CLI, edition, made.number, place, quietly=True)
    if m < 2:
        outcome = _OUTCOMES[(n + 2 * m) % len(_OUTCOMES)].value if m or n >= 7 else Outcome.deal.value
        await meetings.outcome(CLI, edition, made.number, outcome, None, of=MeetingSide.owner)
        if n % 2:
            await meetings.outcome(CLI, edition, made.number, outcome, None, of=MeetingSide.partner)
