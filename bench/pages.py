"""Whole pages of the product with its demo expo, against a route that answers a few bytes of JSON."""

import os
import subprocess
import sys
from collections.abc import Iterator

from bench.harness import ROOT, Ground, Outcome, compare, served

#: Signs the demo's organizer in and prints the cookie.
_SIGN_IN = """
import asyncio
from core import db
from core.accounts import queries
from core.accounts.services import sessions

async def main():
    async with db.lifespan():
        who = await queries.person_by_email("organizer@demo.example.com")
        print(await sessions.start(who.id, user_agent="bench", address="127.0.0.1"))

asyncio.run(main())
"""

_COMMAND = "import sys; from cli import main; main(sys.argv[1:])"


def run(ground: Ground) -> Iterator[Outcome]:
    around = {"YINBO_BENCH_SQLITE": str(ground.folder / "bare-pages.sqlite"), "YINBO_BENCH_POSTGRES": ""}
    databases = {"sqlite": "", "postgres": ground.postgres} if ground.postgres else {"sqlite": ""}
    with served("bench.bare:create_app", ground.folder, **around) as bare:
        for name, address in databases.items():
            yield from _pages(ground, bare, name, address)


def _pages(ground: Ground, bare: str, name: str, address: str) -> Iterator[Outcome]:
    home = ground.folder / f"pages-{name}"
    home.mkdir()
    around = {"YINBO_DATA_DIR": str(home), "YINBO_DATABASE_URL": address}
    own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    env = {**own, "PYTHONPATH": str(ROOT), **around}
    for command in ("migrate", "demo"):
        subprocess.run([sys.executable, "-c", _COMMAND, command], env=env, check=True, capture_output=True)
    made = subprocess.run([sys.executable, "-c", _SIGN_IN], env=env, check=True, capture_output=True, text=True)
    cookie = {"cookie": f"session={made.stdout.strip()}"}
    pages: tuple[tuple[str, str, dict[str, str], float], ...] = (
        ("public page", "/", {}, 0.2),
        ("signed-in page", "/", cookie, 0.08),
        ("signed-in desk", "/admin", cookie, 0.08),
    )
    with served("app:create_app", home, **around) as product:
        for what, path, headers, floor in pages:
            yield compare(
                f"{name}: {what} {path}, against static JSON",
                product=ground.load(f"{product}{path}", headers=headers),
                bare=ground.load(f"{bare}/static"),
                floor=floor,
                rounds=ground.rounds,
            )
