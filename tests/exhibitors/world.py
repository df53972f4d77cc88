"""Applications for tests, in the state that a test begins with."""

from core.accounts.roles import CLI
from core.db import transaction
from core.editions.queries import EditionInfo
from exhibitors.rules.applications import ApplicationIn, BoothIn, ContactIn
from exhibitors.services import registration as services
from exhibitors.tables import Status
from tests.firms import credit_code


def typed(n: int = 1, **other: object) -> ApplicationIn:
    given: dict[str, object] = {
        "name": f"示例{n}号护理",
        "credit_code": credit_code(n),
        "category": "NURS",
        "fields": ["other"],
        "contact": ContactIn("示例", f"1380013{n:04d}", f"firm{n}@example.com"),
        "booth": BoothIn("standard", 1),
        "privacy_version": "1",
        **other,
    }
    return ApplicationIn(**given)  # type: ignore[arg-type]  # each test names what it means


async def firm(edition: EditionInfo, n: int = 1, status: Status = Status.submitted, **other: object) -> str:
    """Answers its number."""
    wanted = services.checked(typed(n, **other), edition, "zh-CN")
    async with transaction():
        return (await services.store(CLI, edition, wanted, status=status)).number
