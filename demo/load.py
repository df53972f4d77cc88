"""Loading and resetting the demo expo."""

from base64 import b32encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from hashlib import blake2b

import msgspec
from piccolo.table import Table

from checkin.rules.badges import BadgeDraft
from checkin.services import badges as checkin
from checkin.tables import BadgeKind
from core import clock
from core.accounts.errors import EmailTaken
from core.accounts.roles import CLI, SYSTEM, Role
from core.accounts.services import people
from core.audit import services as audit
from core.config import secret_key
from core.db import after_commit, transaction
from core.editions import services as editions
from core.editions.queries import EditionInfo, all_editions, forget_current, stored_edition
from core.editions.rules import STANDARD_CATEGORIES, STANDARD_FIELDS, Draft, days_between, moment_of
from core.editions.tables import Edition
from core.errors import DomainError
from core.files.services import forget as forget_files
from demo import booths, deals, desks, gates, interests, meetings, projects
from demo.firms import invented
from exhibitors.services import registration as exhibitors
from exhibitors.tables import (
    Exhibitor,
    ExhibitorFile,
    ExhibitorGram,
    Status,
)
from projects.tables import Project, ProjectFile

SLUG = "demo"
FIRMS = 168
Progress = Callable[[str], None]


class Account(msgspec.Struct):
    """Somebody to sign in as; what the ``demo`` command prints."""

    email: str
    password: str
    roles: list[str]


class Loaded(msgspec.Struct):
    edition: str
    #: Whether it was loaded now, or stood already.
    fresh: bool
    accounts: list[Account]


class NotADemoDatabase(DomainError):
    code = "not_a_demo_database"
    message = "This database holds an expo that is no demo; nothing was changed."


async def _people(edition: EditionInfo) -> None:
    kinds = [BadgeKind.crew] * 12 + [BadgeKind.press] * 4 + [BadgeKind.speaker] * 6 + [BadgeKind.guest] * 8
    drafts = [
        BadgeDraft(kind, f"示例人员{n + 1:02d}", "示例组委会" if kind == BadgeKind.crew else "示例单位", ())
        for n, kind in enumerate(kinds)
    ]
    await checkin.issue_all(SYSTEM, edition, drafts)


async def _firms(edition: EditionInfo) -> None:
    states = [Status.approved] * 7 + [Status.submitted] * 2 + [Status.changes_requested]
    for n in range(FIRMS):
        status = Status.rejected if n % 40 == 39 else states[n % len(states)]
        await exhibitors.store(SYSTEM, edition, invented(n, edition.privacy_version), status=status)


_NAMES = {
    Role.admin: "示例 管理员",
    Role.organizer: "示例 组委会",
    Role.reviewer: "示例 审核员",
    Role.gate: "示例 检票员",
    Role.signing: "示例 签约员",
    Role.viewer: "示例 观察员",
    Role.exhibitor: "示例 参展商",
}


def _password(email: str) -> str:
    """The same on every load of this installation, and another on each: from its secret."""
    made = blake2b(email.encode(), key=secret_key("demo-accounts")[:64], digest_size=10)
    return b32encode(made.digest()).decode().lower()


async def _accounts() -> list[Account]:
    """One a role, and a second clerk to confirm what the first one writes. One that stands keeps its password, which
    somebody may have changed."""
    found = []
    everybody = [(role.value, role, name) for role, name in _NAMES.items()]
    for address, role, name in [*everybody, ("signing2", Role.signing, "示例 复核员")]:
        email = f"{address}@demo.example.com"
        password = _password(email)
        with suppress(EmailTaken):
            await people.create(CLI, email, name, [role], password=password)
        found.append(Account(email, password, [role.value]))
    return found


#: In their order, each inside the transaction that loads the whole.
PARTS: list[tuple[str, Callable[[EditionInfo], Awaitable[None]]]] = [
    ("exhibitors", _firms),
    ("booths", booths.load),
    ("desks", desks.load),
    ("badges", _people),
    ("gates", gates.load),
    ("projects", projects.load),
    ("interests", interests.load),
    ("meetings", meetings.load),
    ("deals", deals.load),
]


def _draft(timezone: str) -> Draft:
    now = clock.now()
    today = now.astimezone(moment_of(now.date(), 0, timezone).tzinfo).date()
    last = today + timedelta(days=1)
    return Draft(
        slug=SLUG,
        name_zh="银龄示例健康与养老服务博览会",
        name_en="Silver Age Sample Health and Elderly-care Expo",
        venue_zh="示例国际会展中心",
        venue_en="Sample International Exhibition Center",
        timezone=timezone,
        days=days_between(today - timedelta(days=1), last, 9 * 60, 17 * 60),
        registration_opens=now - timedelta(days=60),
        registration_closes=moment_of(last, 1440, timezone),
        fields=STANDARD_FIELDS,
        categories=STANDARD_CATEGORIES,
        totals_public=True,
        breakdown_public=True,
    )


async def _remove(edition: int) -> None:
    """The edition and all that leads to it, the leaves first."""
    own = Exhibitor.select(Exhibitor.id).where(Exhibitor.edition == edition)
    files = await ExhibitorFile.select(ExhibitorFile.file).where(ExhibitorFile.exhibitor.is_in(own))
    await ExhibitorFile.delete().where(ExhibitorFile.exhibitor.is_in(own))
    pitched = Project.select(Project.id).where(Project.edition == edition)
    files += await ProjectFile.select(ProjectFile.file).where(ProjectFile.project.is_in(pitched))
    await ProjectFile.delete().where(ProjectFile.project.is_in(pitched))
    await forget_files([row["file"] for row in files])
    await ExhibitorGram.delete().where(ExhibitorGram.edition == edition)
    await gates.remove(edition)
    await _uproot(Edition, [edition])


async def _uproot(table: type[Table], ids: list[int]) -> None:
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        for reference in table._meta.foreign_key_references:
            child = reference._meta.table
            if child is table:
                await child.update({reference: None}, force=True).where(reference.is_in(some))
                continue
            key = child._meta.primary_key
            rows = await child.select(key).where(reference.is_in(some))
            await _uproot(child, [row[key._meta.name] for row in rows])
        await table.delete().where(table._meta.primary_key.is_in(some))


async def load_demo(
    timezone: str, *, reset: bool = False, beside: bool = False, progress: Progress = lambda _: None
) -> Loaded:
    """All or nothing, in one transaction. One that stands already stays, unless ``reset``.

    The accounts are made after it, those that are missing. A database with an expo that is no demo is refused,
    unless ``beside``: then the real one stays current.
    """
    async with transaction(seconds=None):
        lines = await all_editions()
        if any(not line.is_demo for line in lines) and not beside:
            raise NotADemoDatabase
        stands = any(line.slug == SLUG and line.is_demo for line in lines)
        fresh = reset or not stands
        if fresh and stands:
            progress("removing the demo expo")
            await _remove((await stored_edition(SLUG)).id)
            after_commit(forget_current)
            await audit.record(SYSTEM, "demo.reset", f"edition:{SLUG}")
        if fresh:
            edition = await editions.create(SYSTEM, _draft(timezone), is_demo=True)
            for name, part in PARTS:
                progress(f"loading {name}")
                await part(edition)
    progress("accounts")
    accounts = await _accounts()
    exhibitor = next(one.email for one in accounts if one.roles == [Role.exhibitor.value])
    await desks.seat(await stored_edition(SLUG), exhibitor)
    return Loaded(SLUG, fresh, accounts)
