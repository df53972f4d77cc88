"""Who is interested in the demo's projects: firms and visitors, and one project that waits for a word. Invented."""

from checkin.queries.badges import Filter as BadgeFilter
from checkin.queries.badges import badges
from checkin.tables import BadgeKind, BadgeStatus
from core.accounts.roles import ANONYMOUS, CLI
from core.editions.queries import EditionInfo
from demo.firms import taking_part
from projects.queries.projects import Filter, projects
from projects.rules.interests import CONSENT_VERSION
from projects.rules.projects import OwnerIn, ProjectIn, ProjectPatch
from projects.services import interests
from projects.services import projects as services
from projects.tables import ProjectState

_WORDS = ("想了解运营方式和回报。", "我们在邻市有相近的项目，盼面谈。", "", "请寄一份资料。")


async def load(edition: EditionInfo) -> None:
    every = list(reversed(await projects(CLI, edition, Filter())))
    firms = await taking_part(edition, 2 * len(every), latest=True)
    wanted = BadgeFilter(kind=BadgeKind.visitor, status=BadgeStatus.active)
    visitors = [badge for badge in await badges(edition, wanted, limit=60) if badge.in_force]
    for n, project in enumerate(every):
        for m in range(1 + n % 3):
            word = _WORDS[(n + m) % len(_WORDS)]
            firm = firms[(2 * n + m) % len(firms)] if firms else ""
            if m < 2 and firm and firm != project.exhibitor:
                await interests.of_exhibitor(CLI, edition, project, firm, word)
            if visitors:
                badge = visitors[(5 * n + m) % len(visitors)]
                await interests.of_badge(ANONYMOUS, edition, project, badge, word, CONSENT_VERSION)
    if firms:
        asked = ProjectIn(
            "示例·社区嵌入式养老驿站",
            OwnerIn(firms[-1]),
            "演示数据，内容均为虚构：二十个驿站，寻找场地。",
            "idea",
            ["long_term_care"],
            ["land"],
        )
        made = await services.add(CLI, edition, asked)
        await services.change(CLI, edition, made.number, ProjectPatch(status=ProjectState.changes_requested))
        await services.change(CLI, edition, made.number, ProjectPatch(status=ProjectState.submitted))
