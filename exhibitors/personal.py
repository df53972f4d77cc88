"""Personal columns of exhibitors. The firm stays; its contact and what people wrote go."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from core.accounts.roles import Role
from core.accounts.tables import Account, AccountRole
from core.files.services import forget
from core.privacy.registry import ERASED, ERASED_EMAIL, Holding, Scope, is_erased
from core.search import among
from exhibitors.tables import (
    BoothPayment,
    BoothTerms,
    CatalogueEntry,
    CatalogueLine,
    CataloguePrint,
    Contractor,
    DepositEntry,
    DrawingSubmission,
    Exhibitor,
    ExhibitorChange,
    ExhibitorComment,
    ExhibitorDraft,
    ExhibitorFile,
    ExhibitorImport,
    ExhibitorLink,
    ExhibitorMember,
    ExhibitorMessage,
    ExhibitorProduct,
    ExhibitorStep,
    FileKind,
    InvoiceDetails,
    WorkPass,
)

#: They name people (法定代表人, 联系人); pictures of products stay.
PAPERS = (FileKind.licence.value, FileKind.document.value, FileKind.drawing.value, FileKind.contractor.value)


def _near(column: Any) -> Any:
    """Rows of an exhibitor whose contact the person is."""

    def find(scope: Scope) -> Sequence[Any]:
        return [column.is_in(sorted(scope.exhibitors))] if scope.exhibitors else []

    return find


def _whole(column: Any, *authors: Any) -> Any:
    """Rows that the person wrote, and all of an exhibitor once its edition is over."""

    def find(scope: Scope) -> Sequence[Any]:
        found = [column.is_in(sorted(scope.exhibitors))] if scope.whole and scope.exhibitors else []
        if scope.accounts:
            found += [author.is_in(scope.keys) for author in authors]
        return found

    return find


def _links(scope: Scope) -> Sequence[Any]:
    found = [among(ExhibitorLink.email, scope.emails)] if scope.emails else []
    return [*found, *_whole(ExhibitorLink.exhibitor)(scope)]


def _members(scope: Scope) -> Sequence[Any]:
    found = [ExhibitorMember.account.is_in(sorted(scope.accounts))] if scope.accounts else []
    return [*found, *_whole(ExhibitorMember.exhibitor)(scope)]


def _papers(scope: Scope) -> Sequence[Any]:
    if not scope.exhibitors or not (scope.whole or scope.papers):
        return []
    return [ExhibitorFile.exhibitor.is_in(sorted(scope.exhibitors)) & ExhibitorFile.kind.is_in(list(PAPERS))]


async def _forget(ids: list[int], _values: dict[Any, object]) -> None:
    gone = await ExhibitorFile.delete().where(ExhibitorFile.id.is_in(ids)).returning(ExhibitorFile.file)
    await forget([row["file"] for row in gone])


async def widen(scope: Scope) -> None:
    """The exhibitors whose contact has one of the addresses or numbers, and what that contact is called."""
    same: list[Any] = []
    if scope.emails and not scope.whole:
        same.append(among(Exhibitor.contact_email, scope.emails))
    if scope.mobiles and not scope.whole:
        same.append(Exhibitor.contact_mobile.is_in(sorted(scope.mobiles)))
    for condition in same:
        scope.exhibitors |= {row["id"] for row in await Exhibitor.select(Exhibitor.id).where(condition)}
    if scope.exhibitors:
        rows = await Exhibitor.select(
            Exhibitor.number, Exhibitor.contact_name, Exhibitor.contact_mobile, Exhibitor.edition.slug.as_alias("slug")
        ).where(Exhibitor.id.is_in(sorted(scope.exhibitors)))
        scope.objects |= {f"exhibitor:{row['slug']}/{row['number']}" for row in rows}
        if not scope.whole:
            scope.names |= {row[name] for row in rows for name in ("contact_name", "contact_mobile")} - {"", ERASED}


#: Exhibitors of one portion of a purge.
FIRMS = 50


async def portions(edition: int) -> AsyncIterator[Scope]:
    """With the addresses and the accounts that have nothing to do with another edition or with the house."""
    after = 0
    while True:
        firms = (
            await Exhibitor.select(
                Exhibitor.id, Exhibitor.contact_email, Exhibitor.contact_mobile, Exhibitor.contact_name
            )
            .where(Exhibitor.edition == edition, Exhibitor.id > after)
            .order_by(Exhibitor.id)
            .limit(FIRMS)
        )
        if not firms:
            return
        after = firms[-1]["id"]
        ids = [row["id"] for row in firms]
        emails = {row["contact_email"].lower() for row in firms if not is_erased(row["contact_email"])}
        emails -= {
            row["contact_email"].lower()
            for row in await Exhibitor.select(Exhibitor.contact_email).where(
                among(Exhibitor.contact_email, emails), Exhibitor.edition != edition
            )
        }
        members = await ExhibitorMember.select(ExhibitorMember.account).where(ExhibitorMember.exhibitor.is_in(ids))
        named = await Account.select(Account.id).where(Account.email.is_in(sorted(emails) or [""]))
        accounts = {row["account"] for row in members} | {row["id"] for row in named}
        if accounts:
            those = sorted(accounts)
            elsewhere = await ExhibitorMember.select(ExhibitorMember.account).where(
                ExhibitorMember.account.is_in(those), ExhibitorMember.exhibitor.edition != edition
            )
            staff = await AccountRole.select(AccountRole.account).where(
                AccountRole.account.is_in(those), AccountRole.role != Role.exhibitor.value
            )
            kept = {row["account"] for row in (*elsewhere, *staff)}
            accounts -= kept
            keep = await Account.select(Account.email).where(Account.id.is_in(sorted(kept) or [0]))
            emails -= {row["email"] for row in keep}
        gone = await Account.select(Account.email).where(Account.id.is_in(sorted(accounts) or [0]))
        emails |= {row["email"] for row in gone if not is_erased(row["email"])}
        mentions = _called(firms, emails, await _mobiles_elsewhere(firms, edition))
        yield Scope(exhibitors=set(ids), emails=emails, accounts=accounts, whole=True, mentions=mentions)


async def _mobiles_elsewhere(firms: list[dict[str, Any]], edition: int) -> set[str]:
    own = sorted({row["contact_mobile"] for row in firms} - {""})
    if not own:
        return set()
    rows = await Exhibitor.select(Exhibitor.contact_mobile).where(
        Exhibitor.contact_mobile.is_in(own), Exhibitor.edition != edition
    )
    return {row["contact_mobile"] for row in rows}


def _called(firms: list[dict[str, Any]], emails: set[str], elsewhere: set[str]) -> dict[str, set[str]]:
    """Each contact's address and number that go, and how it is called. A mainland number also without its prefix."""
    found: dict[str, set[str]] = {}
    for row in firms:
        words = {row["contact_email"].lower()} & emails
        if row["contact_mobile"] and row["contact_mobile"] not in elsewhere:
            words |= {row["contact_mobile"], row["contact_mobile"].removeprefix("+86")}
        for word in words:
            found.setdefault(word, set()).update({row["contact_name"]} - {"", ERASED})
    return found


def _drafts(scope: Scope) -> Sequence[Any]:
    found = [among(ExhibitorDraft.email, scope.emails)] if scope.emails else []
    return [*found, ExhibitorDraft.account.is_in(sorted(scope.accounts))] if scope.accounts else found


def _contractors(scope: Scope) -> Sequence[Any]:
    found = [Contractor.mobile.is_in(sorted(scope.mobiles))] if scope.mobiles else []
    return [*found, *_whole(Contractor.exhibitor)(scope)]


def _passes(scope: Scope) -> Sequence[Any]:
    found = [WorkPass.mobile.is_in(sorted(scope.mobiles))] if scope.mobiles else []
    return [*found, *_whole(WorkPass.exhibitor)(scope)]


def _printed(table: Any) -> Any:
    """Of an exhibitor whose contact the person is, or where it stands by an address of its own."""

    def find(scope: Scope) -> Sequence[Any]:
        found = [table.exhibitor.is_in(sorted(scope.exhibitors))] if scope.exhibitors else []
        return [*found, among(table.email, scope.emails)] if scope.emails else found

    return find


def _handed(scope: Scope) -> Sequence[Any]:
    return [CataloguePrint.made_by.is_in(scope.keys)] if scope.accounts else []


HOLDINGS = [
    Holding(
        CatalogueEntry,
        {"contact": "", "phone": "", "email": ""},
        _printed(CatalogueEntry),
        texts=("intro_en",),
        near=_near(CatalogueEntry.exhibitor),
        shown=("exhibitor", "sent_at"),
    ),
    Holding(
        CatalogueLine,
        {"contact": "", "phone": "", "email": ""},
        _printed(CatalogueLine),
        texts=("intro", "intro_en", "website"),
        near=_near(CatalogueLine.exhibitor),
        shown=("exhibitor", "print"),
    ),
    Holding(CataloguePrint, {"made_name": ERASED}, _handed, shown=("edition", "number", "made_at")),
    Holding(
        DepositEntry,
        {"recorded_name": ERASED, "note": ""},
        _whole(DepositEntry.exhibitor, DepositEntry.recorded_by),
        texts=("reference",),
        near=_near(DepositEntry.exhibitor),
        shown=("exhibitor", "recorded_at"),
    ),
    Holding(
        Contractor,
        {"person": ERASED, "mobile": ""},
        _contractors,
        near=_near(Contractor.exhibitor),
        texts=("name",),
        shown=("exhibitor", "changed_at"),
    ),
    Holding(
        WorkPass,
        {"name": ERASED, "mobile": "", "plate": "", "answer": "", "decided_name": ""},
        _passes,
        near=_near(WorkPass.exhibitor),
        shown=("exhibitor", "kind", "serial", "asked_at"),
    ),
    Holding(
        ExhibitorDraft,
        {"form": "", "email": ERASED_EMAIL},
        _drafts,
        delete=True,
        texts=("name", "form"),
        shown=("name", "started_at"),
    ),
    Holding(
        ExhibitorLink,
        {"email": ERASED_EMAIL, "made_name": ERASED},
        _links,
        delete=True,
        shown=("created_at", "used_at"),
    ),
    Holding(ExhibitorMember, {}, _members, delete=True, shown=("exhibitor", "added_at")),
    Holding(
        ExhibitorMessage,
        {"author_name": ERASED, "text": ERASED},
        _whole(ExhibitorMessage.exhibitor, ExhibitorMessage.author),
        near=_near(ExhibitorMessage.exhibitor),
        shown=("exhibitor", "at"),
    ),
    Holding(
        ExhibitorStep,
        {"actor_name": ERASED, "note": ""},
        _whole(ExhibitorStep.exhibitor, ExhibitorStep.actor),
        near=_near(ExhibitorStep.exhibitor),
        shown=("exhibitor", "step", "at"),
    ),
    Holding(
        ExhibitorComment,
        {"comment": ERASED},
        _whole(ExhibitorComment.exhibitor),
        near=_near(ExhibitorComment.exhibitor),
    ),
    Holding(
        ExhibitorChange,
        {"reason": "", "note": ""},
        _whole(ExhibitorChange.exhibitor, ExhibitorChange.asked_by),
        texts=("name", "name_en"),
        near=_near(ExhibitorChange.exhibitor),
        shown=("exhibitor", "asked_at"),
    ),
    Holding(
        ExhibitorProduct,
        {},
        lambda _scope: (),
        texts=("name", "name_en", "text", "alt"),
        near=_near(ExhibitorProduct.exhibitor),
    ),
    Holding(
        InvoiceDetails,
        {"address": "", "phone": "", "bank": "", "account": "", "email": ""},
        _whole(InvoiceDetails.exhibitor),
        texts=("title",),
        near=_near(InvoiceDetails.exhibitor),
        shown=("exhibitor",),
    ),
    Holding(
        BoothPayment,
        {"recorded_name": ERASED, "note": ""},
        _whole(BoothPayment.exhibitor, BoothPayment.recorded_by),
        texts=("reference",),
        near=_near(BoothPayment.exhibitor),
        shown=("exhibitor", "recorded_at"),
    ),
    Holding(
        DrawingSubmission,
        {"note": "", "answer": "", "decided_name": ""},
        _whole(DrawingSubmission.exhibitor, DrawingSubmission.submitted_by, DrawingSubmission.decided_by),
        near=_near(DrawingSubmission.exhibitor),
        shown=("exhibitor", "submitted_at"),
    ),
    Holding(ExhibitorImport, {}, lambda _scope: (), texts=("name", "report")),
    Holding(BoothTerms, {}, lambda _scope: (), texts=("pay_to",)),
    Holding(
        ExhibitorFile,
        {"note": ""},
        _papers,
        erase=_forget,
        delete=True,
        texts=("note",),
        near=_near(ExhibitorFile.exhibitor),
        shown=("exhibitor", "kind", "added_at"),
    ),
    Holding(
        Exhibitor,
        {"contact_name": ERASED, "contact_mobile": "", "contact_email": ERASED_EMAIL},
        _near(Exhibitor.id),
        texts=("intro", "website", "power", "exhibits", "search"),
        near=_near(Exhibitor.id),
        shown=("number", "name", "status", "submitted_at"),
    ),
]
EXCEPTIONS = {
    "exhibitor_message.author": "an account's key; the account is erased",
    "exhibitor_import.name": "of a file; swept as a text",
    "exhibitor.name": "the firm's",
    "exhibitor.name_en": "the firm's",
    "exhibitor.search": "made of the firm's names, number and code; swept as a text all the same",
    "catalogue_line.name": "the firm's",
    "catalogue_line.name_en": "the firm's",
    "exhibitor_change.name": "the firm's; swept as a text",
    "exhibitor_change.name_en": "the firm's; swept as a text",
    "exhibitor_draft.name": "the firm's, as typed; swept as a text",
    "exhibitor_product.name": "of a product; swept as a text",
    "exhibitor_product.name_en": "of a product; swept as a text",
    "exhibitor_product.text": "of a product; swept as a text",
    "hall.name_zh": "a hall's",
    "hall.name_en": "a hall's",
}
