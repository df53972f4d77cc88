"""Invented firms. Each has 示例 in its name and a credit code of region 990000, which belongs to nobody."""

from random import Random

from stdnum.cn import uscc

from core.editions.queries import EditionInfo
from core.editions.rules import STANDARD_CATEGORIES
from exhibitors.queries.desk import admitted_in
from exhibitors.rules.applications import Application, Booth
from exhibitors.tables import BoothKind, Exhibitor

#: Places and trades, in both languages; two invented names make no real firm's.
_NAMES = [
    ("银杏", "Ginkgo"), ("海曙桥", "Harbour Bridge"), ("青松", "Green Pine"), ("晚霞", "Evening Glow"),
    ("长庚", "Evening Star"), ("慈溪畔", "Riverside"), ("月湖", "Moon Lake"), ("白鹭", "White Egret"),
    ("四明", "Four Lights"), ("桂香", "Osmanthus"), ("安澜", "Calm Sea"), ("柿子红", "Red Persimmon"),
]  # fmt: skip
_TRADES = {
    "INST": ("养老院", "Care Home"), "HOME": ("居家养老服务", "Home Care"), "MEDC": ("医养结合医院", "Care Hospital"),
    "NURS": ("护理用品", "Nursing Supplies"), "ASST": ("康复辅具", "Assistive Devices"),
    "SMRT": ("智慧养老科技", "Smart Care"), "LTCI": ("长护险服务", "Care Insurance Services"),
    "FINA": ("养老金融", "Elder Finance"), "LIVE": ("适老化改造", "Age-friendly Building"),
    "HLTH": ("健康管理", "Health Management"), "FOOD": ("老年食品", "Senior Food"),
    "GOOD": ("老年用品", "Senior Goods"), "TOUR": ("康养旅居", "Wellness Travel"),
    "EDUC": ("老年教育", "Senior Education"), "TRNG": ("养老护理培训", "Care Training"),
    "STDS": ("认证评估", "Assessment"), "GOVT": ("养老产业协会", "Care Association"),
}  # fmt: skip
_PEOPLE = ["陈示例", "林示例", "王示例", "张示例", "李示例", "周示例", "徐示例", "沈示例"]


def credit_code(n: int) -> str:
    body = f"91990000MA{n:07d}"
    return body + str(uscc.calc_check_digit(body))


def invented(n: int, privacy_version: str) -> Application:
    """The nth of them, always the same."""
    draw = Random(n)  # noqa: S311  # no secret
    codes = [choice.code for choice in STANDARD_CATEGORIES]
    lead = codes[n % len(codes)]
    zh, en = _NAMES[n // len(codes) % len(_NAMES)]
    trade_zh, trade_en = _TRADES[lead]
    others = draw.sample([code for code in codes if code != lead], draw.choice([0, 0, 1, 2]))
    raw = draw.random() < 0.15
    booth = (
        Booth(BoothKind.raw, None, draw.choice([36, 54, 72, 108]))
        if raw
        else Booth(BoothKind.standard, draw.choice([1, 1, 2, 4]), None)
    )
    fields = draw.sample(
        ["standardization", "informatization", "long_term_care", "medical_care_integration"], draw.choice([1, 1, 2])
    )
    return Application(
        name=f"示例·{zh}{trade_zh}{n + 1}号",
        name_en=f"Sample {en} {trade_en} No. {n + 1}",
        country="CN",
        credit_code=credit_code(n + 1),
        categories=(lead, *others),
        fields=tuple(fields),
        intro="本单位为演示数据，纯属虚构。",
        website=f"https://firm{n + 1}.example.com",
        contact_name=_PEOPLE[n % len(_PEOPLE)],
        contact_mobile=f"+861380000{n + 1:04d}",
        contact_email=f"firm{n + 1}@example.com",
        booth=booth,
        locale="zh-CN" if n % 9 else "en",
        privacy_version=privacy_version,
    )


async def taking_part(edition: EditionInfo, most: int, *, latest: bool = False) -> list[str]:
    """The numbers of firms that take part, in the order in which they came, or the latest first."""
    found = Exhibitor.select(Exhibitor.number).where(admitted_in(edition))
    return [row["number"] for row in await found.order_by(Exhibitor.id, ascending=not latest).limit(most)]
