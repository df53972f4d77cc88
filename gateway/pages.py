"""``page(request, "portal/home.html", edition=...)``: a template in the reader's language and type size."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.enums import MediaType

from core.i18n import Locale, translate
from gateway.access import actor_of
from gateway.locale import locale_of, size_of

TEMPLATES = Path(__file__).parent.parent / "web" / "templates"


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, locale: Locale, **values: Any) -> str:
    def _(text: str, **inner: object) -> str:
        return translate(locale, text, **inner)

    return environment().get_template(template).render(_=_, locale=locale, **values)


def page(request: Request[Any, Any, Any], template: str, *, status_code: int = 200, **values: Any) -> Response[str]:
    locale = locale_of(request)
    html = render(
        template,
        locale,
        size=size_of(request),
        actor=actor_of(request),
        path=request.url.path,
        **values,
    )
    return Response(html, status_code=status_code, media_type=MediaType.HTML)
