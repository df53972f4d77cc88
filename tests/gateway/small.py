"""A few routes behind the real front, gate, guards and error handlers, for what no route of ours shows by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import msgspec

from app import create_app
from gateway.bodies import Body


class Contact(Body, frozen=True):
    mobile: Annotated[str, msgspec.Meta(max_length=11)]
    email: str | None = None


class Firm(Body, frozen=True):
    name: str
    contact: Contact
    count: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    fields: list[str] = []


@asynccontextmanager
async def small(*routes: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app()
    for route in routes:
        app.register(route)
    async with app.lifespan():
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # the two spell ASGI differently
        async with httpx.AsyncClient(transport=transport, base_url="http://yinbo.test") as client:
            yield client
