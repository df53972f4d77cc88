"""Products."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import DomainError
from core.i18n import mark
from exhibitors.queries import desk as queries
from exhibitors.services import desk as services
from gateway.access import SIGNED_IN
from gateway.forms import Form, form_of, shown_errors
from gateway.pages import flash
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect


async def _products(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    return desk_page(request, desk, "products", errors=errors, typed=typed, products=await queries.products(desk.id))


@get("/portal/{number:str}/products", opt=SIGNED_IN)
async def products(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _products(request, await opened(request, number), Form())


@post("/portal/{number:str}/products", opt=SIGNED_IN)
async def add_product(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    try:
        await services.add_product(
            desk.actor,
            desk.edition,
            number,
            name=form.text("name"),
            name_en=form.text("name_en"),
            about=form.text("text"),
        )
    except DomainError as error:
        return await _products(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/products")
    flash(response, mark("Saved."))
    return response


@post("/portal/{number:str}/products/{product:int}/remove", opt=SIGNED_IN)
async def remove_product(request: Asked, number: FromPath[str], product: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    await services.remove_product(desk.actor, desk.edition, number, product)
    response = redirect(f"/portal/{number}/products")
    flash(response, mark("Removed."))
    return response


ROUTES: list[Any] = [products, add_product, remove_product]
