"""The pages that are looked at in a browser, in every language and type size. Add yours here."""

from dataclasses import dataclass

from core.accounts.roles import Role


@dataclass(frozen=True)
class Page:
    """``path`` may hold the name of what the seed has made, such as ``{invite}``."""

    path: str
    status: int = 200
    #: Who looks; nobody signed in without one.
    role: Role | None = None
    #: The action of a form that is sent as it stands, empty; what comes back is looked at.
    sends: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.path, self.role or "", "sent" if self.sends else "")))


PUBLIC = [
    Page("/"),
    Page("/editions/2025"),
    Page("/agenda"),
    Page("/exhibitors"),
    Page("/exhibitors?view=plan"),
    Page("/exhibitors?view=plan&firm={holder}"),
    Page("/exhibitors?view=plan&q=nobody"),
    Page("/exhibitors?q=nobody"),
    Page("/exhibitors/{listed}"),
    Page("/agenda?field=other"),
    Page("/projects"),
    Page("/projects?q=nobody"),
    Page("/projects/{project}"),
    Page("/projects/{project}", role=Role.exhibitor),
    Page("/projects/{project}", 422, sends="/projects/{project}/interest#interest"),
    Page("/visit"),
    Page("/visit", 422, sends="/visit"),
    Page("/badge/{holder_page}"),
    Page("/badge/{holder_page}?new=1"),
    Page("/badge/{holder_gone}"),
    Page("/register"),
    Page("/register", 422, sends="/register"),
    Page("/portal"),
    Page("/portal/enter/{desk}"),
    Page("/portal/enter/used", 410),
    Page("/portal/link"),
    Page("/register/drafts/used", 410),
    Page("/portal/link", sends="/portal/link"),
    Page("/scan"),
    Page("/wall"),
    Page("/wall", role=Role.viewer),
    Page("/privacy"),
    Page("/help"),
    Page("/schema"),
    Page("/login"),
    Page("/login", 422, sends="/login"),
    Page("/reset"),
    Page("/enter/{sign_in}"),
    Page("/invite/{invite}"),
    Page("/invite/{invite}", 422, sends="/invite/{invite}"),
    Page("/setup/{setup}"),
    Page("/nowhere", 404),
]

ORGANIZER = [
    Page(path, role=Role.organizer)
    for path in (
        "/admin",
        "/admin/people",
        "/admin/passes",
        "/admin/passes/print",
        "/admin/people?q=nobody",
        "/admin/people/{person}",
        "/admin/tokens",
        "/admin/editions",
        "/admin/editions/new",
        "/admin/editions/2026",
        "/admin/editions/2025/current",
        "/admin/exhibitors",
        "/admin/exhibitors?q=nobody",
        "/admin/exhibitors/new",
        "/admin/exhibitors?status=all",
        "/admin/exhibitors/{firm}",
        "/admin/exhibitors/{firm}/files",
        "/admin/booths",
        "/admin/booths?view=list",
        "/admin/booths/A101",
        "/admin/booths/A102",
        "/admin/booths/halls/new",
        "/admin/booths/halls/1",
        "/admin/booths/sheet",
        "/admin/booths/suggestion",
        "/admin/booths/fees",
        "/admin/exhibitors/{approved}/booth",
        "/admin/exhibitors/{own}/messages",
        "/admin/exhibitors/{holder}/statement",
        "/portal/{holder}/statement",
        "/admin/messages",
        "/admin/drawings",
        "/admin/move",
        "/admin/passes",
        "/admin/passes/print",
        "/admin/catalogue",
        "/admin/catalogue/print?order=name",
        "/admin/booths/deposits",
        "/admin/exhibitors/{holder}/deposit",
        "/admin/exhibitors/{approved}/link",
        "/admin/exhibitors/invite",
        "/portal/{holder}/passes",
        "/portal/{holder}/catalogue",
        "/admin/changes",
        "/admin/exhibitors/import",
        "/admin/exhibitors/import/{import_faulty}",
        "/admin/exhibitors/import/{import_sound}",
        "/admin/exhibitors/{listed}/files",
        "/admin/badges",
        "/admin/badges?q=nobody",
        "/admin/badges/names",
        "/admin/badges/new",
        "/admin/badges/prints",
        "/admin/badges/blanks",
        "/admin/badges/visits",
        "/admin/badges/visits?q=nobody",
        "/admin/badges/{badge}",
        "/admin/timetable",
        "/admin/timetable/new",
        "/admin/timetable/new?project={project_asked}",
        "/admin/timetable/{slot}",
        "/admin/meetings",
        "/admin/meetings?state=missed",
        "/admin/meetings?state=over",
        "/admin/meetings/arrivals",
        "/admin/meetings/plan",
        "/admin/meetings/tables",
        "/admin/meetings/{meeting}",
        "/admin/meetings/{meeting_placed}",
        "/admin/meetings/{meeting_held}",
        "/portal/{own}/meetings",
        "/portal/{holder}/meetings",
        "/admin/projects",
        "/admin/projects?q=nobody",
        "/admin/projects/new",
        "/admin/projects/{project}",
        "/admin/projects/{project_asked}",
        "/portal/{own}/projects",
        "/portal/{own}/projects/new",
        "/portal/{own}/projects/{project}",
        "/portal/{own}/projects/{project_asked}",
        "/portal/{approved}/projects",
        "/admin/mail",
        "/admin/jobs",
        "/admin/audit",
        "/admin/audit/1",
    )
]

GATES = [
    *(
        Page(f"/admin/gate{path}", role=Role.organizer)
        for path in (
            "",
            "/checkpoints/new",
            "/checkpoints/VIP",
            "/areas/HALL-1",
            "/devices",
            "/live",
            "/live?q=示例",
            "/screen",
            "/evacuation",
            "/scans",
            "/scans?q=nobody",
            "/scans/{scan}",
            "/came",
            "/conflicts",
            "/conflicts?ruled=1",
            "/incidents",
            "/incidents/{incident}",
            "/incidents/{incident_settled}",
            "/incidents?q=nobody",
        )
    ),
    Page("/admin/timetable/stages/{stage}/screen", role=Role.viewer),
    Page("/admin/timetable/stages/{empty_stage}/screen", role=Role.viewer),
    Page("/admin/timetable/new", 422, Role.organizer, sends="/admin/timetable/new"),
    Page("/admin/timetable/{slot}", 422, Role.organizer, sends="/admin/timetable/{slot}/late"),
    Page("/admin/meetings", 422, Role.organizer, sends="/admin/meetings"),
    Page("/admin/meetings/arrivals", 422, Role.organizer, sends="/admin/meetings/arrivals"),
    Page("/portal/{own}/meetings", 422, Role.exhibitor, sends="/portal/{own}/meetings/away"),
    Page("/admin/projects/new", 422, Role.organizer, sends="/admin/projects/new"),
    Page("/portal/{own}/projects/new", 422, Role.organizer, sends="/portal/{own}/projects/new"),
    Page("/admin/gate/checkpoints/new", 422, Role.organizer, sends="/admin/gate/checkpoints/new"),
    Page("/admin/gate/conflicts", 422, Role.organizer, sends="/admin/gate/conflicts/{scan}"),
    Page("/admin/gate/scans/{scan}", 422, Role.organizer, sends="/admin/gate/scans/{scan}/undo"),
    Page("/admin/gate/incidents", 422, Role.organizer, sends="/admin/gate/incidents"),
    *(
        Page(f"/portal/{{own}}/leads{path}", role=Role.exhibitor)
        for path in ("", "/{lead}", "/{lead_gone}", "/scan", "?q=nobody")
    ),
    Page("/portal/{own}/leads", 422, Role.exhibitor, sends="/portal/{own}/leads"),
]

DEALS = [
    *(
        Page(f"/admin/deals{path}", role=Role.signing)
        for path in (
            "",
            "?tab=confirmed",
            "?tab=void&q=nobody",
            "/new",
            "/{deal}",
            "/{deal_waiting}",
            "/{deal_void}",
            "/{deal}/amend",
            "/import",
            "/duplicates",
        )
    ),
    Page("/admin/deals/new", 422, Role.signing, sends="/admin/deals/new"),
    Page("/admin/deals/{deal}", 422, Role.signing, sends="/admin/deals/{deal}/void"),
    Page("/admin/deals/import", 422, Role.signing, sends="/admin/deals/import"),
    Page("/admin/totals", role=Role.viewer),
    Page("/admin/ceremony", role=Role.organizer),
    Page("/admin/totals/sheet", role=Role.viewer),
]

SIGNED_IN = [
    *ORGANIZER,
    *DEALS,
    *GATES,
    Page("/admin/people", 422, Role.organizer, sends="/admin/people"),
    Page("/admin/tokens", 422, Role.organizer, sends="/admin/tokens"),
    Page("/admin/editions/new", 422, Role.organizer, sends="/admin/editions/new"),
    Page(
        "/admin/exhibitors/{approved}/statement",
        422,
        Role.organizer,
        sends="/admin/exhibitors/{approved}/statement/payment",
    ),
    Page("/admin/exhibitors/{approved}/link", 200, Role.organizer, sends="/admin/exhibitors/{approved}/link"),
    Page("/admin/exhibitors/{holder}/deposit", 422, Role.organizer, sends="/admin/exhibitors/{holder}/deposit/record"),
    Page("/admin/booths/sheet", 422, Role.organizer, sends="/admin/booths/sheet"),
    Page("/admin/badges/new", 422, Role.organizer, sends="/admin/badges"),
    Page("/admin/badges/{badge}", 422, Role.organizer, sends="/admin/badges/{badge}/revoke"),
    Page("/admin/exhibitors/import", 422, Role.organizer, sends="/admin/exhibitors/import"),
    Page(
        "/admin/exhibitors/{firm}",
        422,
        Role.organizer,
        sends="/admin/exhibitors/{firm}/decision?status=submitted",
    ),
    Page("/admin/exhibitors/new", 422, Role.organizer, sends="/admin/exhibitors/new"),
    Page("/admin/exhibitors", 200, Role.organizer, sends="/admin/exhibitors/approve"),
    Page("/admin", role=Role.admin),
    Page("/admin/security", role=Role.admin),
    Page("/admin/badges/keys", role=Role.admin),
    Page("/admin/badges/keys", 422, Role.admin, sends="/admin/badges/keys/1/strike-off"),
    Page("/admin/privacy", role=Role.admin),
    Page("/admin/privacy", 422, Role.admin, sends="/admin/privacy/look"),
    Page("/admin", role=Role.reviewer),
    Page("/account", role=Role.exhibitor),
    Page("/portal", role=Role.exhibitor),
    *(
        Page(f"/portal/{{own}}{path}", role=Role.exhibitor)
        for path in ("", "/profile", "/products", "/files", "/badges", "/messages", "/colleagues", "/details")
    ),
    Page("/admin/move", 422, Role.organizer, sends="/admin/move"),
    Page("/portal/{own}/move", role=Role.exhibitor),
    Page("/portal/{own}/drawings", role=Role.exhibitor),
    Page("/portal/{own}/passes", role=Role.exhibitor),
    Page("/portal/{own}/passes/print", role=Role.exhibitor),
    Page("/portal/{own}/passes", 422, Role.exhibitor, sends="/portal/{own}/passes/vehicle"),
    Page("/portal/{own}/products/{product}", role=Role.exhibitor),
    Page("/portal/{own}/products", 422, Role.exhibitor, sends="/portal/{own}/products"),
    Page("/register", role=Role.exhibitor),
    Page(f"/register?draft={'D' * 22}", role=Role.exhibitor),
    Page("/portal/{mended}", role=Role.exhibitor),
    Page("/portal/{mended}/details", role=Role.exhibitor),
    Page("/portal/{own}/messages", 422, Role.exhibitor, sends="/portal/{own}/messages"),
    Page("/portal/{own}/badges", 422, Role.exhibitor, sends="/portal/{own}/badges"),
    Page("/account", 422, Role.exhibitor, sends="/account/password"),
    Page("/account#data", role=Role.exhibitor, sends="/account/data"),
    Page("/account/second-factor", role=Role.exhibitor),
    Page("/admin/people", 403, Role.exhibitor),
]

PAGES = [*PUBLIC, *SIGNED_IN]
