"""Deals to look at in a browser: one that counts and waits with a change, a draft, a void one, two that may be one."""

from core.accounts.roles import Actor, Role, effective
from core.editions.queries import EditionInfo
from deals.rules.figures import AllocationIn
from deals.services import deals
from deals.tables import DealKind
from tests.deals.world import YUE, counting, draft, exhibitor, typed
from tests.world import person


async def signed(edition: EditionInfo, firm: str) -> dict[str, str]:
    clerk = Actor("account", await person(Role.signing), "示例 签约员", effective([Role.signing]))
    parts = [AllocationIn("informatization", "500000000.00"), AllocationIn("medical_care_integration", "750000000.00")]
    made = await counting(
        edition,
        1,
        parties=[exhibitor(firm), "示例市海曙区人民政府", "示例银龄产业基金"],
        allocations=parts,
        signatories=["示例 甲", "示例 乙"],
        remarks="示例备注",
    )
    day = made.figures.signed_on
    await deals.amend(clerk, edition, made.number, typed(1, 99_999_999_00, signed_on=day), reason="附件漏计")
    await counting(edition, 2, None, kind=DealKind.intent, allocations=[AllocationIn("other")])
    await counting(edition, 2, 300_000_000_00)
    await counting(edition, 3, 1, undisclosed=True)
    gone = await draft(edition, 4)
    await deals.void(YUE, edition, gone.number, reason="示例：取消签约")
    waiting = await draft(edition, 5, 9_999_999_999_999_99)
    return {"deal": made.number, "deal_waiting": waiting.number, "deal_void": gone.number}
