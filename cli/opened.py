"""The database as a command finds it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core import db
from core.config import own_data_dir, settings
from core.db.migrations import MigrationFailed, migrate, readiness
from core.errors import DomainError


class NotReady(DomainError):
    """Its message is for operators, in English."""

    code = "not_ready"


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """An embedded database is made and migrated unasked; a server's only by ``yinbo migrate``."""
    if settings().is_sqlite:
        own_data_dir()
        try:
            await migrate()
        except MigrationFailed as error:
            raise NotReady(str(error)) from error
    async with db.lifespan():
        if reason := await readiness():
            raise NotReady(reason)
        yield
