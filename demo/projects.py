"""Twelve projects and a timetable: pitched in the morning of the second day. All of it is invented."""

from datetime import datetime, timedelta

from core.accounts.roles import CLI
from core.editions.queries import EditionInfo
from core.editions.rules import moment_of
from demo.firms import taking_part
from projects.rules.projects import OwnerIn, ProjectIn
from projects.rules.timetable import SessionIn, SlotIn, SpeakerIn
from projects.services import projects, timetable

STAGE, FORUM = "主舞台", "论坛厅"
#: Title, English title, field, stage of the project, investment and funding sought in yuan, cooperation, needs, offers.
_PROJECTS = (
    ("示例湾持续照料社区", "Sample Bay continuing-care community", "medical_care_integration", "building",
     "3200000000", "1200000000", ("investment", "operation"), ("NURS", "SMRT"), ("LIVE",)),
    ("示例市长护险经办平台", "Long-term care insurance platform of Sample City", "long_term_care", "operating",
     "260000000", "80000000", ("technology", "procurement"), ("SMRT",), ("LTCI",)),
    ("社区嵌入式养老连锁", "Community-embedded care chain", "standardization", "expanding",
     "480000000", "150000000", ("franchise", "land"), ("LIVE", "FOOD"), ("HOME",)),
    ("失能老人居家监测系统", "Home monitoring for people who need care", "informatization", "operating",
     "90000000", "30000000", ("investment", "procurement"), ("HOME",), ("SMRT",)),
    ("老年康复医院改造", "A rehabilitation hospital for older people", "medical_care_integration", "idea",
     "760000000", "400000000", ("investment", "operation"), ("ASST", "TRNG"), ("MEDC",)),
    ("护理员实训基地", "A training centre for care workers", "standardization", "building",
     "120000000", "40000000", ("land", "operation"), ("EDUC",), ("TRNG",)),
    ("适老化改造一站式服务", "Age-friendly home refits from one hand", "standardization", "expanding",
     "65000000", "20000000", ("franchise", "procurement"), ("GOOD",), ("LIVE",)),
    ("康养旅居小镇", "A town for long stays", "medical_care_integration", "idea",
     "1500000000", "900000000", ("investment", "land"), ("TOUR", "HLTH"), ("TOUR",)),
    ("养老服务数据中台", "A common data platform for care services", "informatization", "building",
     "210000000", "70000000", ("technology",), ("STDS",), ("SMRT",)),
    ("中医药老年营养餐", "Meals with Chinese medicine for older people", "other", "operating",
     "38000000", "12000000", ("franchise", "procurement"), ("HOME", "INST"), ("FOOD", "HLTH")),
    ("长护险商业补充产品", "A supplement to long-term care insurance", "long_term_care", "idea",
     "150000000", "50000000", ("investment",), ("LTCI",), ("FINA",)),
    ("机构照护等级评估标准", "A standard for grading care homes", "standardization", "operating",
     "22000000", "8000000", ("technology", "operation"), ("INST",), ("STDS",)),
)  # fmt: skip


def _at(edition: EditionInfo, day: int, minute: int) -> datetime:
    return moment_of(edition.days[day].day, minute, edition.timezone)


async def _session(
    edition: EditionInfo, day: int, minute: int, long: int, stage: str, kind: str, titles: tuple[str, str], *who: str
) -> None:
    begins = _at(edition, day, minute)
    await timetable.add_session(
        CLI,
        edition,
        SessionIn(
            stage=stage,
            starts_at=begins.isoformat(),
            ends_at=(begins + timedelta(minutes=long)).isoformat(),
            kind=kind,
            title=titles[0],
            title_en=titles[1],
            speakers=[SpeakerIn(name, "示例研究院") for name in who],
        ),
    )


async def load(edition: EditionInfo) -> None:
    firms = await taking_part(edition, len(_PROJECTS))
    begins = _at(edition, 1, 9 * 60 + 30)
    for n, (title, title_en, field, phase, whole, sought, ways, needs, offers) in enumerate(_PROJECTS):
        # Every third comes from outside of the expo.
        owner: OwnerIn | str = OwnerIn(firms[n]) if n % 3 and n < len(firms) else f"示例发展集团{n + 1}号"
        made = await projects.add(
            CLI,
            edition,
            ProjectIn(
                title=f"示例·{title}",
                title_en=f"Sample: {title_en}",
                owner=owner,
                summary=f"{title}：本项目为演示数据，内容均为虚构。\n\n寻找合作方，欢迎现场洽谈。",
                summary_en=f"{title_en}. This project is invented for the demo.\n\nPartners are welcome.",
                stage=phase,
                fields=[field],
                region="示例区",
                investment=whole,
                funding_sought=sought,
                cooperation=list(ways),
                needs=list(needs),
                offers=list(offers),
            ),
        )
        starts = begins + timedelta(minutes=15 * n)
        slot = SlotIn(
            STAGE,
            starts.isoformat(),
            (starts + timedelta(minutes=15)).isoformat(),
            [SpeakerIn(f"示例讲者{n + 1:02d}", made.owner)],
        )
        await timetable.give_slot(CLI, edition, made.number, slot)
    await _session(edition, 0, 9 * 60 + 30, 60, STAGE, "ceremony", ("开幕式", "Opening ceremony"))
    await _session(edition, 0, 14 * 60, 90, FORUM, "talk", ("医养结合论坛", "Forum on integrated care"), "示例教授")
    await _session(edition, 1, 14 * 60, 60, STAGE, "signing", ("签约仪式", "Signing ceremony"))
    await _session(edition, 2, 9 * 60 + 30, 90, FORUM, "talk", ("长护险论坛", "Forum on care insurance"), "示例研究员")
    await _session(edition, 2, 16 * 60, 30, STAGE, "ceremony", ("闭幕式", "Closing ceremony"))
