"""The shared ground of the tests: a real, migrated database for each test, and the app around it.

``YINBO_TEST_DATABASE`` is ``sqlite`` (default) or ``postgres``; ``python -m tests`` runs both.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import hypothesis
import pytest

BACKEND = os.environ.get("YINBO_TEST_DATABASE", "sqlite")
POSTGRES = os.environ.get("YINBO_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
# A loaded machine is no fault of what is tested.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")

HOME = Path(tempfile.mkdtemp(prefix="yinbo-test-"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

for name in [key for key in os.environ if key.startswith("YINBO_") and "TEST" not in key]:
    del os.environ[name]
os.environ["YINBO_DATA_DIR"] = str(HOME)
os.environ["YINBO_RATE_LIMITS"] = "off"
os.environ["YINBO_SECRET_KEY"] = "test-secret-" * 4
if BACKEND == "postgres":
    DATABASE = f"yinbo_test_{WORKER}_{os.getpid()}"
    os.environ["YINBO_DATABASE_URL"] = POSTGRES.rpartition("/")[0] + "/" + DATABASE

from core import db  # noqa: E402
from core.db.migrations import migrate  # noqa: E402


async def _postgres(*statements: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(POSTGRES)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _empty_postgres() -> None:
    import asyncpg

    connection = await asyncpg.connect(os.environ["YINBO_DATABASE_URL"])
    try:
        rows = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'"
        )
        names = ", ".join(f'"{row["tablename"]}"' for row in rows)
        await connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    finally:
        await connection.close()


async def _migrate() -> None:
    async with db.lifespan():
        await migrate()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches a database: the rest has run on SQLite."""
    if BACKEND != "postgres":
        return
    touching: list[pytest.Item] = []
    other: list[pytest.Item] = []
    for item in items:
        asks = {"migrated", "database"} & set(getattr(item, "fixturenames", ()))
        knows = {"BACKEND", "POSTGRES"} & set(vars(getattr(item, "module", None) or object))
        (touching if asks or knows else other).append(item)
    items[:] = touching
    config.hook.pytest_deselected(items=other)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """For ``python -m tests``, which holds it against what was required."""
    passed = terminalreporter.stats.get("passed", [])
    browser = sum("browser" in report.keywords for report in passed)
    terminalreporter.write_line(f"passed: {len(passed)}, {browser} of them in a browser")


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """A migrated database: a file to copy, or a PostgreSQL database to empty."""
    if BACKEND == "postgres":
        asyncio.run(_postgres(f'CREATE DATABASE "{DATABASE}"'))
        asyncio.run(_migrate())
        yield HOME
        asyncio.run(_postgres(f'DROP DATABASE "{DATABASE}" WITH (FORCE)'))
    else:
        asyncio.run(_migrate())
        template = HOME / "template.sqlite"
        (HOME / "yinbo.sqlite").rename(template)
        yield template
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture
def database(migrated: Path) -> None:
    """An empty, migrated database of its own for this test."""
    (HOME / "ledger-head").unlink(missing_ok=True)
    if BACKEND == "postgres":
        asyncio.run(_empty_postgres())
    else:
        for leftover in HOME.glob("yinbo.sqlite*"):
            leftover.unlink()
        shutil.copyfile(migrated, HOME / "yinbo.sqlite")


@asynccontextmanager
async def serving() -> AsyncIterator[httpx.AsyncClient]:
    """The whole app with its lifespan, spoken to in-process."""
    from app import create_app

    app = create_app()
    async with app.lifespan():
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # the two spell ASGI differently
        async with httpx.AsyncClient(transport=transport, base_url="http://yinbo.test") as client:
            yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(database: None) -> AsyncIterator[httpx.AsyncClient]:
    async with serving() as client:
        yield client


@pytest.fixture
async def opened(database: None) -> AsyncIterator[None]:
    """The database alone, for tests of services."""
    async with db.lifespan():
        yield
