"""Seven invented signings, over 11.2 billion yuan together. The firms' names are invented too, and say so."""

from core import money
from core.accounts.roles import CLI, SYSTEM
from core.editions.queries import EditionInfo
from deals.rules.figures import AllocationIn, DealIn, PartyIn
from deals.services import deals
from deals.tables import DealKind
from projects.queries import meetings as queries
from projects.queries.meetings import Filter as Meetings
from projects.queries.projects import Filter, published
from projects.tables import MeetingState

_STANDARD, _INFORMATION, _CARE, _MEDICAL = (
    "standardization",
    "informatization",
    "long_term_care",
    "medical_care_integration",
)
#: Kind, parties outside, district, and what goes into which field.
_SIGNED: list[tuple[DealKind, list[str], str, dict[str, str]]] = [
    (DealKind.contract, ["示例市海曙区人民政府"], "海曙区", {_MEDICAL: "24亿", _CARE: "8亿"}),
    (DealKind.framework, ["示例银龄产业基金"], "鄞州区", {_STANDARD: "18.5亿", _INFORMATION: "10亿"}),
    (DealKind.strategic, ["示例长期护理保险公司"], "江北区", {_CARE: "19.6亿"}),
    (DealKind.contract, ["示例医科大学附属医院"], "慈溪市", {_MEDICAL: "14.8亿"}),
    (DealKind.contract, ["示例数字集团"], "镇海区", {_INFORMATION: "905000000"}),
    (DealKind.framework, ["示例标准认证中心", "示例养老集团"], "余姚市", {_STANDARD: "5亿", _MEDICAL: "3.205亿"}),
    (DealKind.intent, ["示例康复器械海外公司"], "北仑区", {_INFORMATION: "20,466,800.50"}),
]


async def load(edition: EditionInfo) -> None:
    """Written down by the program and confirmed by the command line: two that are not the same."""
    projects = sorted(await published(edition, Filter()), key=lambda one: one.id)[: len(_SIGNED)]
    met = {one.project: one for one in await queries.meetings(edition, Meetings(MeetingState.held), limit=200)}
    for n, (kind, others, region, split) in enumerate(_SIGNED):
        project = projects[n]
        parts = {field: money.parse(amount) for field, amount in split.items()}
        typed = DealIn(
            parties=[PartyIn(exhibitor=project.exhibitor) if project.exhibitor else project.owner, *others],
            kind=kind,
            signed_on=edition.days[n // 4].day.isoformat(),
            amount=money.plain(sum(parts.values())),
            allocations=[AllocationIn(field, money.plain(part)) for field, part in parts.items()],
            region=region,
            place=edition.venue_zh,
            stage=n + 1,
            signatories=[f"示例签约人{n + 1}甲", f"示例签约人{n + 1}乙"],
            remarks="演示数据，纯属虚构。",
            project=project.number,
            meeting=met[project.number].number,
        )
        made = await deals.create(SYSTEM, edition, typed)
        await deals.confirm(CLI, edition, made.number)
