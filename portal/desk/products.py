"""Products: added, changed, brought into order, each with a picture if there is one."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.files.held import HeldGone
from core.files.rules import PICTURE
from core.i18n import mark, translate
from exhibitors.queries.products import Product, one_product
from exhibitors.queries.products import products as products_of
from exhibitors.rules.files import HINTS
from exhibitors.services import desk as services
from exhibitors.tables import FileKind
from gateway.access import SIGNED_IN
from gateway.attachments import Attachment, Kept, attached
from gateway.forms import Form, form_of, shown_errors
from gateway.pages import flash
from gateway.uploads import UPLOADS, sent_upload
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect


async def _products(
    request: Asked,
    desk: Desk,
    typed: Form,
    errors: dict[str, str] | None = None,
    *,
    kept: Kept | None = None,
    one: Product | None = None,
) -> Response[Any]:
    """With ``one`` the page that changes it."""
    return desk_page(
        request,
        desk,
        "product" if one else "products",
        here="products",
        errors=errors,
        typed=typed,
        kept=kept,
        product=one,
        products=[] if one else await products_of(desk.id),
        hint=translate(desk.locale, HINTS[FileKind.product]),
        endings=PICTURE.endings,
    )


async def _sent(request: Asked) -> tuple[Form, Attachment]:
    async with sent_upload(request) as sent:
        return sent.form, await attached(request, sent, "picture", PICTURE)


def _faults(typed: Form, field: Attachment) -> InvalidInput | None:
    """Of the file and of what was typed, told together."""
    if not field.fault:
        return None
    faults = [FieldError("picture", "file", field.fault)]
    try:
        services.checked_product(typed.text("name"), typed.text("name_en"), typed.text("text"), typed.text("alt"))
    except InvalidInput as refused:
        faults += refused.errors
    return InvalidInput(errors=tuple(faults))


def _at_its_field(refused: DomainError) -> DomainError:
    if isinstance(refused, HeldGone):
        return InvalidInput(errors=(FieldError("picture", refused.code, refused.message),))
    return refused


@get("/portal/{number:str}/products", opt=SIGNED_IN)
async def products(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _products(request, await opened(request, number), Form())


@post("/portal/{number:str}/products", opt={**SIGNED_IN, **UPLOADS})
async def add_product(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form, field = await _sent(request)
    try:
        if wrong := _faults(form, field):
            raise wrong
        await services.add_product(
            desk.actor,
            desk.edition,
            number,
            name=form.text("name"),
            name_en=form.text("name_en"),
            about=form.text("text"),
            picture=field.ready,
            alt=form.text("alt"),
        )
    except DomainError as error:
        told = shown_errors(_at_its_field(error), desk.locale)
        return await _products(request, desk, form, told, kept=await field.kept())
    response = redirect(f"/portal/{number}/products")
    flash(response, mark("Saved."))
    return response


@get("/portal/{number:str}/products/{product:int}", opt=SIGNED_IN)
async def product_page(request: Asked, number: FromPath[str], product: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    one = await one_product(desk.id, product)
    typed = Form(name=one.name, name_en=one.name_en, text=one.text, alt=one.alt)
    return await _products(request, desk, typed, one=one)


@post("/portal/{number:str}/products/{product:int}", opt={**SIGNED_IN, **UPLOADS})
async def change_product(request: Asked, number: FromPath[str], product: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    one = await one_product(desk.id, product)
    form, field = await _sent(request)
    try:
        if wrong := _faults(form, field):
            raise wrong
        await services.change_product(
            desk.actor,
            desk.edition,
            number,
            product,
            name=form.text("name"),
            name_en=form.text("name_en"),
            about=form.text("text"),
            picture=field.ready,
            alt=form.text("alt"),
            without_picture=form.text("without", 10) == "1",
        )
    except NotFound:
        raise
    except DomainError as error:
        told = shown_errors(_at_its_field(error), desk.locale)
        return await _products(request, desk, form, told, kept=await field.kept(), one=one)
    response = redirect(f"/portal/{number}/products")
    flash(response, mark("Saved."))
    return response


@post("/portal/{number:str}/products/{product:int}/move", opt=SIGNED_IN)
async def move_product(request: Asked, number: FromPath[str], product: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    down = (await form_of(request)).text("to", 10) == "down"
    await services.move_product(desk.actor, desk.edition, number, product, down=down)
    return redirect(f"/portal/{number}/products#product-{product}")


@post("/portal/{number:str}/products/{product:int}/remove", opt=SIGNED_IN)
async def remove_product(request: Asked, number: FromPath[str], product: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    await services.remove_product(desk.actor, desk.edition, number, product)
    response = redirect(f"/portal/{number}/products")
    flash(response, mark("Removed."))
    return response


ROUTES: list[Any] = [products, add_product, product_page, change_product, move_product, remove_product]
