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


def run(ground: Ground) -> Iterator[Outcome]:
    home = ground.folder / "pages"
    home.mkdir()
    own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    env = {**own, "PYTHONPATH": str(ROOT), "YINBO_DATA_DIR": str(home)}
    python = [sys.executable]
    subprocess.run([*python, "-c", "from cli import main; main(['demo'])"], env=env, check=True, capture_output=True)
    made = subprocess.run([*python, "-c", _SIGN_IN], env=env, check=True, capture_output=True, text=True)
    around = {"YINBO_BENCH_SQLITE": str(ground.folder / "bare-pages.sqlite"), "YINBO_BENCH_POSTGRES": ""}
    with (
        served("bench.bare:create_app", ground.folder, **around) as bare,
        served("app:create_app", home, YINBO_DATA_DIR=str(home)) as product,
    ):
        cookie = {"cookie": f"session={made.stdout.strip()}"}
        pages: tuple[tuple[str, str, dict[str, str], float], ...] = (
            ("public page", "/", {}, 0.2),
            ("signed-in page", "/", cookie, 0.08),
            ("signed-in desk", "/admin", cookie, 0.08),
        )
        for name, path, headers, floor in pages:
            yield compare(
                f"{name} {path}, against static JSON",
                product=ground.load(f"{product}{path}", headers=headers),
                bare=ground.load(f"{bare}/static"),
                floor=floor,
                rounds=ground.rounds,
            )
