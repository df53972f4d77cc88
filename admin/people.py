"""The desk's people, tokens of programs, and which roles need a second factor."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from core.accounts import queries
from core.accounts.roles import Role
from core.accounts.services import people, second_factor, sessions, tokens
from core.audit.services import record
from core.config import settings
from core.db import transaction
from core.errors import DomainError, InvalidInput, NotFound
from core.i18n import mark
from core.privacy import services as privacy
from core.text import mask_email
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

Asked = Request[Any, Any, Any]
PEOPLE = allow(Role.organizer)
POLICY = allow(Role.admin)

ROLE_NAMES = {
    Role.admin: mark("Administrator"),
    Role.organizer: mark("Organizer"),
    Role.reviewer: mark("Reviewer"),
    Role.gate: mark("Gate crew"),
    Role.signing: mark("Contract signing"),
    Role.viewer: mark("Viewer"),
    Role.exhibitor: mark("Exhibitor"),
}


def _back(path: str, said: str) -> Response[Any]:
    response: Response[Any] = Response(None, status_code=303, headers={"location": path})
    flash(response, said)
    return response


def _roles_in(form: Form) -> list[Role]:
    return [role for role in Role if role.value in form.many.get("roles", [])]


async def _list(request: Asked, *, status: int = 200, **values: Any) -> Response[Any]:
    q = request.query_params.get("q", "")[:100]
    return page(
        request,
        "admin/people.html",
        status_code=status,
        **{
            "people": await queries.people(q),
            "q": q,
            "errors": {},
            "typed": {},
            "ticked": [],
            "roles": ROLE_NAMES,
            "link": "",
            "mask_email": mask_email,
            **values,
        },
    )


@get("/admin/people", opt=PEOPLE)
async def people_page(request: Asked) -> Response[Any]:
    return await _list(request)


@post("/admin/people", opt=PEOPLE)
async def invite(request: Asked) -> Response[Any]:
    """A new account and its invitation; the link is shown once, for people without mail."""
    actor = actor_of(request)
    form = await form_of(request)
    try:
        account = await people.create(actor, form.text("email", 254), form.text("name", 200), _roles_in(form))
        link = await people.invite(actor, account, mail="mail" in form)
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        ticked = form.many.get("roles", [])
        return await _list(request, status=error.status, errors=errors, typed=form, ticked=ticked)
    return await _list(request, link=link)


async def _one(request: Asked, account: int, *, status: int = 200, **values: Any) -> Response[Any]:
    return page(
        request,
        "admin/person.html",
        status_code=status,
        **{
            "person": await queries.person(account),
            "sessions": await queries.sessions(account),
            "roles": ROLE_NAMES,
            "errors": {},
            "link": "",
            "opened": False,
            "mask_email": mask_email,
            **values,
        },
    )


@get("/admin/people/{account:int}", opt=PEOPLE)
async def person_page(request: Asked, account: FromPath[int]) -> Response[Any]:
    return await _one(request, account)


@post("/admin/people/{account:int}/{act:str}", opt=PEOPLE)
async def act_on_person(request: Asked, account: FromPath[int], act: FromPath[str]) -> Response[Any]:
    """``roles``, ``disable``, ``enable``, ``invite``, ``sign-out``, ``remove-second-factor``, ``open``."""
    actor = actor_of(request)
    form = await form_of(request)
    who = await queries.person(account)
    said = mark("Saved.")
    try:
        if act == "roles":
            await people.set_roles(actor, account, _roles_in(form))
        elif act in ("disable", "enable"):
            await people.set_disabled(actor, account, disabled=act == "disable")
        elif act == "invite":
            if link := await people.invite(actor, account, mail="mail" in form):
                return await _one(request, account, link=link)
            said = mark(
                "The invitation is on its way by mail. This person has chosen a password already, so the link is shown "
                "to nobody else."
            )
        elif act == "sign-out":
            people.check_height(actor, who.roles)
            async with transaction():
                await sessions.end_all(account)
                await record(actor, "session.all_ended", f"account:{account}")
        elif act == "remove-second-factor":
            people.check_height(actor, who.roles)
            await second_factor.remove(actor, account)
        elif act == "open":
            await privacy.opened(actor, "account.address_opened", f"account:{account}", form.text("reason", 500))
            return await _one(request, account, opened=True)
        else:
            raise NotFound
    except NotFound:
        raise
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return await _one(request, account, status=error.status, errors=errors)
    return _back(f"/admin/people/{account}", said)


async def _tokens(request: Asked, *, status: int = 200, **values: Any) -> Response[Any]:
    return page(
        request,
        "admin/tokens.html",
        status_code=status,
        **{
            "tokens": await queries.tokens(),
            "roles": ROLE_NAMES,
            "errors": {},
            "typed": {},
            "made": "",
            "timezone": settings().timezone,
            **values,
        },
    )


@get("/admin/tokens", opt=PEOPLE)
async def tokens_page(request: Asked) -> Response[Any]:
    return await _tokens(request)


@post("/admin/tokens", opt=PEOPLE)
async def add_token(request: Asked) -> Response[Any]:
    form = await form_of(request)
    try:
        role = next((role for role in Role if role.value == form.text("role")), None)
        if role is None:
            raise InvalidInput
        made = await tokens.add(actor_of(request), form.text("name", 200), role, checkpoint=form.text("checkpoint", 40))
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return await _tokens(request, status=error.status, errors=errors, typed=form)
    return await _tokens(request, made=made)


@post("/admin/tokens/revoke", opt=PEOPLE)
async def revoke_token(request: Asked) -> Response[Any]:
    form = await form_of(request)
    await tokens.revoke(actor_of(request), form.text("name", 200))
    return _back("/admin/tokens", mark("The token is revoked."))


@get("/admin/security", opt=POLICY)
async def security_page(request: Asked) -> Response[Any]:
    demanding = await queries.roles_with_second_factor()
    return page(request, "admin/security.html", roles=ROLE_NAMES, demanding=demanding)


@post("/admin/security", opt=POLICY)
async def security(request: Asked) -> Response[Any]:
    form = await form_of(request)
    await second_factor.set_policy(actor_of(request), frozenset(_roles_in(form)))
    return _back("/admin/security", mark("Saved."))


ROUTES = [
    people_page,
    invite,
    person_page,
    act_on_person,
    tokens_page,
    add_token,
    revoke_token,
    security_page,
    security,
]
