"""The exhibitor's statement (对账单) in its own desk: what the booths cost, what has arrived, who is invoiced."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core.errors import InvalidInput
from core.i18n import mark, translate
from exhibitors.queries import deposits
from exhibitors.queries import fees as queries
from exhibitors.rules.fees import yuan
from exhibitors.services import fees as services
from gateway.access import SIGNED_IN
from gateway.forms import Form, form_of, shown_errors
from gateway.halls import kinds, square
from gateway.pages import flash, page
from gateway.statements import DEPOSIT_ACTS, invoice_of
from portal.desk import Asked, Desk, opened


async def _show(request: Asked, desk: Desk, typed: Form | None = None, errors: dict[str, str] | None = None) -> Any:
    one = await queries.statement(desk.edition, desk.number)
    return page(
        request,
        "portal/desk/statement.html",
        status_code=422 if errors else 200,
        edition=desk.edition,
        number=desk.number,
        one=desk.one,
        here="statement",
        statement=one,
        deposit=await deposits.deposit(desk.edition, desk.id),
        acts={act: translate(desk.locale, label) for act, label in DEPOSIT_ACTS.items()},
        kinds=kinds(desk.locale),
        square=square,
        yuan=yuan,
        typed={**msgspec.to_builtins(one.invoice), **(typed or {})},
        errors=errors or {},
    )


@get("/portal/{number:str}/statement", opt=SIGNED_IN)
async def statement(request: Asked, number: FromPath[str]) -> Response[Any]:
    shown: Response[Any] = await _show(request, await opened(request, number))
    return shown


@post("/portal/{number:str}/statement", opt=SIGNED_IN)
async def save(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    try:
        await services.save_invoice(desk.actor, desk.edition, number, invoice_of(form))
    except InvalidInput as refused:
        shown: Response[Any] = await _show(request, desk, form, shown_errors(refused, desk.locale))
        return shown
    answer = Redirect(f"/portal/{desk.number}/statement", status_code=303)
    flash(answer, mark("The invoice details are saved."))
    return answer


ROUTES: list[Any] = [statement, save]
