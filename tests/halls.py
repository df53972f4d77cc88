"""A small hall and approved exhibitors for tests."""

from core.accounts.roles import CLI
from core.db import transaction
from core.editions.queries import EditionInfo
from demo.firms import invented
from exhibitors.rules.plan import Drawing, drawn
from exhibitors.services import halls, registration
from exhibitors.services.halls import HallDraft, Placed
from exhibitors.tables import BoothKind, Status


async def a_hall(edition: EditionInfo, code: str = "1", prefix: str = "A", rows: int = 2, booths: int = 5) -> None:
    """Booths ``A101`` to ``A205``: two rows back to back."""
    found, width, height = drawn(Drawing(prefix, rows, booths))
    draft = HallDraft(code, f"{code}号馆", f"Hall {code}", width, height)
    await halls.add_hall(CLI, edition, draft, [Placed(one, BoothKind.standard, rect) for one, rect in found])


async def a_firm(edition: EditionInfo, n: int = 0, status: Status = Status.approved) -> str:
    async with transaction():
        made = await registration.store(CLI, edition, invented(n, edition.privacy_version), status=status)
    return made.number
