"""``python -m tests.browser.seed``: a migrated database with a past edition and a current one, which runs today, one
person a role, firms, badges and a token; into ``places.json`` of the data folder what stands
in addresses: one-time links that work and a firm's number."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import msgspec

from checkin.rules.badges import BadgeDraft, BadgeIn
from checkin.services import badges as checkin
from checkin.services.badges import StaffIn
from checkin.tables import BadgeKind
from core import clock, db
from core.accounts.roles import ANONYMOUS, CLI, Actor, Role, effective
from core.accounts.secrets import digest
from core.accounts.services import links, people, tokens
from core.accounts.tables import OneTimeLink
from core.config import settings
from core.db.migrations import migrate
from core.editions import rules, services
from core.editions.queries import EditionInfo
from core.files.rules import DOCUMENT, PICTURE
from core.files.services import Checked, examine
from core.jobs.worker import Pace, worker
from demo.firms import invented
from exhibitors.queries import drawings as drawn_ones
from exhibitors.queries import fees as statements
from exhibitors.queries import imports as imported
from exhibitors.queries import passes as asked_passes
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.queries.fees import Terms
from exhibitors.queries.products import products
from exhibitors.rules import passes as pass_rules
from exhibitors.rules.desk import ADMITTED
from exhibitors.rules.fees import Price
from exhibitors.services import booths, desk, drafts, drawings, fees, files, halls, imports, moves, passes, steps
from exhibitors.services import links as links_of_firms
from exhibitors.services import registration as exhibitors
from exhibitors.services.fees import Payment
from exhibitors.services.moves import WindowIn
from exhibitors.tables import Exhibitor, FileKind, ImportState, PassKind, Per, Status, Step, Way
from gateway.applications import Typed
from projects.rules.interests import CONSENT_VERSION, InterestIn
from projects.rules.meetings import MeetingIn, PlaceIn
from projects.rules.projects import OwnerIn, ProjectIn, ProjectPatch
from projects.rules.timetable import SessionIn, SlotIn, SpeakerIn
from projects.services import interests, meetings, projects, timetable
from projects.tables import MeetingSide, MeetingState, ProjectState
from tests import uploads
from tests.browser.seed_deals import signed
from tests.browser.seed_gate import gates
from tests.exhibitors import desks
from tests.firms import credit_code
from tests.halls import a_firm, a_hall
from tests.sheets import HEADINGS, sent, workbook
from tests.sheets import firm as sheet_row
from tests.world import person


def _draft(slug: str, first: date, opens: datetime, closes: datetime) -> rules.Draft:
    return rules.Draft(
        slug=slug,
        name_zh="首届中国（宁波）国际健康与养老服务博览会" if slug == "2026" else "宁波国际康养产业博览会（示例）",
        name_en="First China (Ningbo) International Health and Elderly-care Services Expo"
        if slug == "2026"
        else "Ningbo Elderly-care Industry Expo (example)",
        venue_zh="宁波国际会展中心",
        venue_en="Ningbo International Conference and Exhibition Center",
        timezone="Asia/Shanghai",
        days=rules.days_between(first, first + timedelta(days=2), 9 * 60, 17 * 60),
        registration_opens=opens,
        registration_closes=closes,
        fields=rules.STANDARD_FIELDS,
        categories=rules.STANDARD_CATEGORIES,
    )


async def _people() -> dict[str, str]:
    for role in Role:
        await person(role)
    invited = await people.create(CLI, "new@example.com", "示例 新同事", [Role.reviewer, Role.gate])
    left = await people.create(CLI, "a.rather.long.address.of.somebody@example.com", "Sample Former-Colleague", [])
    await people.set_disabled(CLI, left, disabled=True)
    await tokens.add(CLI, "示例 闸机 1", Role.gate, checkpoint="north")
    await tokens.add(CLI, "Sample catalogue exporter", Role.viewer)
    await tokens.revoke(CLI, "Sample catalogue exporter")
    return {
        "person": str(invited),
        "invite": await links.make("invite", invited),
        "sign_in": await _link_for_the_day(invited),
        "setup": await links.make("setup", None),
    }


async def _link_for_the_day(account: int) -> str:
    """A link to sign in lives half an hour, and the pages are looked at for longer on a slow machine."""
    token = await links.make("sign_in", account)
    later = clock.now() + timedelta(days=1)
    await OneTimeLink.update({OneTimeLink.expires_at: later}).where(OneTimeLink.token_hash == digest(token))
    return token


async def _life(edition: EditionInfo) -> dict[str, str]:
    states = list(Status)
    async with db.transaction():
        for n in range(12):
            firm = invented(n, edition.privacy_version)
            kept = await exhibitors.store(CLI, edition, firm, status=states[n % len(states)])
            if states[n % len(states)] is Status.confirmed:
                listed = kept.number
        drafts = [BadgeDraft(kind, f"示例人员{n + 1:02d}", "示例组委会", ()) for n, kind in enumerate(BadgeKind)]
        made = await checkin.issue_all(CLI, edition, drafts)
        token = links_of_firms.fresh()
        await links_of_firms.add(kept.id, "firm@example.com", token)
    return {"firm": kept.number, "listed": listed, "desk": token, "badge": made[0].serial}


PRICE = Price("", "", 0, "", Per.booth, 880_000)


async def _booths(edition: EditionInfo) -> dict[str, str]:
    """A small hall: A102 and A103 confirmed, A201 held, A204 closed."""
    await a_hall(edition, rows=2, booths=4)
    firm, thinking, waiting = [await a_firm(edition, n) for n in (20, 21, 22)]
    mover = await a_firm(edition, 23)
    await booths.give(CLI, edition, firm, ["A102", "A103"])
    await booths.confirm(CLI, edition, firm)
    await booths.give(CLI, edition, thinking, ["A201"])
    await halls.block(CLI, edition, "A204", blocked=True)
    await fees.set_terms(CLI, edition, Terms(True, 7, 2, False, "示例展览公司\n示例银行 0000", (PRICE,)))
    for n in (1, 2):
        paid = Payment(500_000 * n, edition.first_day, f"示例流水 {n}")
        await fees.record_payment(CLI, edition, firm, paid, submission=f"seed {n}")
    first = (await statements.statement(edition, firm)).payments[0]
    await fees.reverse_payment(CLI, edition, firm, first.id, note="示例：记错了金额")
    return {"holder": firm, "approved": waiting, "mover": mover}


async def _desk(edition: EditionInfo) -> dict[str, str]:
    """A desk with something of everything, and one that was asked for changes."""
    number, mended = await desks.a_firm(edition, 41), await desks.a_firm(edition, 42, Status.submitted)
    member = await desks.its_member(edition, number)
    await desks.its_member(edition, mended)
    await steps.take(CLI, edition, mended, Step.request_changes, note="请上传清晰的营业执照，并核对单位全称。")
    organizer = Actor("account", await person(Role.organizer), "示例 组织者", effective([Role.organizer]))
    said = "布展时间为九月十四日 9:00–18:00。\n请提前准备电箱申请。"
    await desk.write(organizer, edition, number, said, from_organizers=True)
    await desk.write(member, edition, number, "收到，谢谢！我们需要 380 V。", from_organizers=False)
    await desk.add_product(
        member, edition, number, name="示例护理床", name_en="Sample care bed", about="电动升降，带护栏。"
    )
    picture = await examine(sent(uploads.picture(), "助行器.jpg"), PICTURE)
    await desk.add_product(
        member, edition, number, name="示例助行器", name_en="", about="", picture=picture, alt="四轮、带座的助行器"
    )
    shown = await products((await exhibitor_numbered(edition, number)).id)
    typed = Typed(name="宁波示例还没填完有限公司", credit_code="9133").to_keep()
    await drafts.keep(member, edition, "D" * 22, "宁波示例还没填完有限公司", typed)
    await checkin.issue_for(member, edition, number, StaffIn("示例 王小明", "销售经理"))
    drawn = uploads.document(2)
    plan = Checked("平面图.pdf", "pdf", drawn, uploads.picture("WEBP", (200, 280)), "cd" * 32, None, None, 2)
    await files.attach(member, edition, number, FileKind.drawing, plan, note="平面与立面")
    for answer in ("请补充结构图和电气图。", ""):
        await drawings.submit(member, edition, number, "两层结构，高 4.4 米。")
        if answer:
            waiting = (await drawn_ones.waiting(edition))[0]
            await drawings.decide(organizer, edition, waiting.id, approve=False, answer=answer)
    begins = edition.opens_at(edition.days[-1])
    for n, way in enumerate((Way.arrival, Way.arrival, Way.departure)):
        starts = begins + timedelta(hours=8 + 3 * n)
        window = await moves.add(CLI, edition, WindowIn(way, starts, starts + timedelta(hours=2), "", n or None))
        if n != 1:
            await moves.choose(member, edition, number, window)
    renamed = {"name": "宁波示例更名有限公司", "name_en": "", "country": "CN", "credit_code": credit_code(41)}
    await desk.ask_change(member, edition, number, **renamed, reason="更名")
    return {"own": number, "mended": mended, "product": str(shown[-1].id)}


async def _passes(edition: EditionInfo, number: str) -> None:
    """A contractor, a builder whose pass is approved and a vehicle that waits."""
    await passes.set_terms(CLI, edition, 4, 9, None)
    await passes.name_contractor(CLI, edition, number, "示例搭建有限公司", "示例 负责人", "13900139000")
    builder = pass_rules.checked_pass(PassKind.worker, "示例 木工", "", "木工", "", None)
    await passes.ask(CLI, edition, number, builder)
    seen = [one.id for one in (await asked_passes.waiting(edition))[0].passes]
    await passes.decide(CLI, edition, number, seen, approve=True)
    van = pass_rules.checked_pass(PassKind.vehicle, "示例 司机", "13900139001", "", "沪C·90000", None)
    await passes.ask(CLI, edition, number, van)


async def _projects(edition: EditionInfo, number: str) -> dict[str, str]:
    made = await projects.add(
        CLI,
        edition,
        ProjectIn(
            title="示例·医养结合社区",
            title_en="Sample: a community with care and medicine under one roof",
            owner=OwnerIn(number),
            summary="三百张床位。\n\n寻找运营方。",
            stage="building",
            fields=["medical_care_integration"],
            region="示例区",
            investment="1200000000",
            funding_sought="300000000.50",
            cooperation=["investment", "operation"],
            needs=["SMRT"],
            offers=["INST"],
        ),
    )
    on = clock.now()  # on stage for as long as anybody looks
    times = (on.isoformat(), (on + timedelta(hours=11)).isoformat())
    slot = await timetable.give_slot(
        CLI, edition, made.number, SlotIn("主舞台", *times, [SpeakerIn("示例 讲者", "示例单位")])
    )
    begins = edition.opens_at(edition.days[-1])
    for stage, kind in (("论坛厅", "talk"), ("论坛厅", "pause")):
        begins += timedelta(hours=1)
        times = (begins.isoformat(), (begins + timedelta(minutes=30)).isoformat())
        talk = await timetable.add_session(CLI, edition, SessionIn(stage, *times, kind, "示例议程", "A sample session"))
    asked = ProjectIn(
        "示例·社区嵌入式养老驿站", OwnerIn(number), "二十个驿站。\n\n寻找场地。", "idea", ["long_term_care"], ["land"]
    )
    waits = await projects.add(CLI, edition, asked)
    await projects.change(
        CLI,
        edition,
        waits.number,
        ProjectPatch(status=ProjectState.changes_requested, answer="请写明每个驿站的面积和服务半径。"),
    )
    stages = {"stage": str(slot.stage.id), "empty_stage": str(talk.stage.id)}
    visitor = await checkin.issue(
        CLI, edition, BadgeIn("visitor", "示例意向人", "示例街道", mobile="13800138009", email="interest@example.com")
    )
    said = InterestIn(badge=visitor.code, consent=CONSENT_VERSION, message="我们在示例区有一处闲置院落，想面谈。")
    await interests.express(ANONYMOUS, edition, made.number, said)
    return {"project": made.number, "project_asked": waits.number, "slot": str(slot.id), **stages}


async def _meetings(edition: EditionInfo, project: str, own: str) -> dict[str, str]:
    """One that waits for the owner's word, one with a table, and one that was held, with three firms."""
    listed = await Exhibitor.select(Exhibitor.number).where(
        Exhibitor.edition == edition.id,
        Exhibitor.number != own,
        Exhibitor.status.is_in([one.value for one in ADMITTED]),
    )
    firms = [row["number"] for row in listed[:3]]
    word = "想了解运营方式，第二天上午有空。"
    asked = [await meetings.ask(CLI, edition, MeetingIn(project, firm, None, word)) for firm in firms]
    begins = edition.opens_at(edition.days[-1])
    for n, met in enumerate(asked[1:]):
        await meetings.step(CLI, edition, met.number, MeetingState.accepted)
        ends = begins + timedelta(minutes=20)
        await meetings.place(CLI, edition, met.number, PlaceIn(f"{n + 1} 号桌", begins.isoformat(), ends.isoformat()))
        begins = ends
    last = asked[-1].number
    await meetings.outcome(CLI, edition, last, "cooperation", "双方同意互访。", of=MeetingSide.owner)
    return {"meeting": asked[0].number, "meeting_placed": asked[1].number, "meeting_held": last}


async def _sheets(edition: EditionInfo, firm: str) -> dict[str, str]:
    """A spreadsheet with faults, another without, and a firm with files."""
    faulty = [["名单"], [*HEADINGS, "备注"], [*sheet_row(70), ""], [*sheet_row(71, 手机="1.38E+10"), ""]]
    faulty.append([*sheet_row(74, 统一社会信用代码="91330203MA2XYW1262"), ""])
    sound = [HEADINGS, sheet_row(72), sheet_row(73)]
    keys = [await imports.begin(CLI, edition, sent(workbook(rows)), "zh-CN") for rows in (faulty, sound)]
    async with worker(Pace(idle=0.05), chores=False):
        while any(one.state is ImportState.checking for one in await imported.imports(edition)):
            await asyncio.sleep(0.05)
    logo = await examine(sent(uploads.picture("PNG", (300, 200)), "logo.png"), PICTURE)
    licence = await examine(sent(uploads.document(2), "执照.pdf"), DOCUMENT)
    for kind, file in ((FileKind.logo, logo), (FileKind.product, logo), (FileKind.licence, licence)):
        await files.attach(CLI, edition, firm, kind, file, note="示例护理床" if kind is FileKind.product else "")
    return {"import_faulty": str(keys[0]), "import_sound": str(keys[1])}


async def main() -> None:
    await migrate()
    now = datetime.now(UTC)
    async with db.lifespan():
        past = date(2025, 9, 16)
        early = datetime(2025, 3, 1, tzinfo=UTC)
        await services.create(CLI, _draft("2025", past, early, early + timedelta(days=180)))
        opens, closes = now - timedelta(days=30), now + timedelta(days=30)
        draft = _draft("2026", now.date() - timedelta(days=1), opens, closes)
        edition = await services.create(CLI, draft, current=True)
        places = await _people() | await _life(edition) | await _booths(edition) | await _desk(edition)
        await _passes(edition, places["own"])
        places |= await _projects(edition, places["own"])
        places |= await _meetings(edition, places["project"], places["own"])
        places |= await gates(edition, places["own"])
        places |= await signed(edition, places["listed"])
        places |= await _sheets(edition, places["listed"])
        (settings().data_dir / "places.json").write_bytes(msgspec.json.encode(places))


if __name__ == "__main__":
    asyncio.run(main())
