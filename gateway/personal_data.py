"""What is held about a person, given out: as a page to read and print, or as JSON for programs."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Request, Response

from core.config import settings
from core.i18n import Locale, formats, mark, translate
from core.privacy.services import Rows
from gateway.locale import locale_of
from gateway.pages import page

As = Literal["json", "page"]

#: Tables in a reader's words; what stands nowhere here is shown by its name.
TABLES = {
    "account": mark("Account"),
    "account_role": mark("Roles"),
    "account_session": mark("Signed-in devices"),
    "one_time_link": mark("Links that were made"),
    "exhibitor": mark("Applications"),
    "exhibitor_draft": mark("Begun and not sent"),
    "exhibitor_member": mark("Desks"),
    "exhibitor_link": mark("Links into a desk"),
    "exhibitor_message": mark("Messages"),
    "exhibitor_step": mark("What happened to an application"),
    "exhibitor_comment": mark("Remarks on an application"),
    "exhibitor_change": mark("Changes that were asked for"),
    "exhibitor_file": mark("Files"),
    "invoice_details": mark("Invoice details"),
    "booth_payment": mark("Payments"),
    "drawing_submission": mark("Drawings"),
    "badge": mark("Badges"),
    "lead": mark("Contacts made at a booth"),
    "scan": mark("Scans"),
    "mail_message": mark("Mail"),
    "mail_bounce": mark("Mail that was refused"),
    "audit_entry": mark("Audit trail"),
}
COLUMNS = {
    "action": mark("What was done"),
    "actor": mark("By whom"),
    "actor_name": mark("By whom"),
    "added_at": mark("Added"),
    "address": mark("Address"),
    "answer": mark("Answer"),
    "asked_at": mark("Asked"),
    "at": mark("When"),
    "author_name": mark("Written by"),
    "bank": mark("Bank"),
    "comment": mark("Remark"),
    "contact_email": mark("Email"),
    "contact_mobile": mark("Mobile phone"),
    "contact_name": mark("Contact person"),
    "created_at": mark("Made"),
    "decided_name": mark("Decided by"),
    "disabled": mark("Disabled"),
    "email": mark("Email"),
    "first_at": mark("First"),
    "form": mark("What was typed"),
    "holder": mark("Name on the badge"),
    "issued_at": mark("Made"),
    "kind": mark("Kind"),
    "last_at": mark("Last"),
    "locale": mark("Language"),
    "mobile": mark("Mobile phone"),
    "name": mark("Name"),
    "note": mark("Note"),
    "number": mark("Number"),
    "object": mark("About what"),
    "organisation": mark("Organisation"),
    "personal": mark("Personal data"),
    "phone": mark("Phone"),
    "purpose": mark("What for"),
    "reason": mark("Reason"),
    "recorded_at": mark("Recorded"),
    "recorded_name": mark("Recorded by"),
    "role": mark("Role"),
    "scanned_at": mark("When"),
    "sent_at": mark("Sent"),
    "serial": mark("Number"),
    "started_at": mark("Begun"),
    "state": mark("State"),
    "status": mark("State"),
    "step": mark("Step"),
    "subject": mark("Subject"),
    "submitted_at": mark("Submitted on"),
    "template": mark("Kind"),
    "text": mark("Text"),
    "title": mark("Position"),
    "to_address": mark("To"),
    "to_name": mark("Addressed to"),
    "used_at": mark("Used"),
    "user_agent": mark("Device"),
}
#: For programs alone: what is searched by, ids of rows, the mail's other dress.
HIDDEN = frozenset({"search", "exhibitor", "html", "id", "people_salt"})


class Section(msgspec.Struct, frozen=True):
    title: str
    #: A list of label and value for each record.
    records: list[list[tuple[str, str]]]


def sections(rows: Rows, locale: Locale) -> list[Section]:
    """Empty values are left out."""
    found = []
    for table, lines in rows.items():
        records = [
            [
                (translate(locale, COLUMNS[name]) if name in COLUMNS else name.replace("_", " "), shown)
                for name, value in line.items()
                if name not in HIDDEN and (shown := _form(value) if name == "form" else _shown(value, locale))
            ]
            for line in lines
        ]
        title = translate(locale, TABLES[table]) if table in TABLES else table.replace("_", " ")
        found.append(Section(title, [record for record in records if record]))
    return [section for section in found if section.records]


def _shown(value: Any, locale: Locale) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return translate(locale, "Yes") if value else translate(locale, "No")
    if isinstance(value, datetime):
        return formats.moment(locale, value, settings().timezone)
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return str(value)


def _form(typed: Any) -> str:
    """What somebody typed and did not send: each field on a line of its own."""
    found: dict[str, Any] = msgspec.json.decode(typed or "{}")
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in found.items() if value and name != "submission"]
    return "\n".join(lines)


def given_out(request: Request[Any, Any, Any], rows: Rows, how: str) -> Response[Any]:
    """``how`` as a form sends it; a page unless it says ``json``."""
    if how != "json":
        answer = page(request, "portal/personal_data.html", sections=sections(rows, locale_of(request)))
        answer.headers["cache-control"] = "no-store"
        return answer
    body = msgspec.json.format(msgspec.json.encode(rows), indent=2)
    headers = {"content-disposition": 'attachment; filename="personal-data.json"', "cache-control": "no-store"}
    return Response(body, status_code=200, media_type="application/json; charset=utf-8", headers=headers)
