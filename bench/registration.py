"""A whole registration over the API (checked, stored with consent, trail, link and mail) against one durable insert
through the same door."""

import os
import subprocess
import sys
from collections.abc import Iterator

import msgspec

from bench.door import NOTE
from bench.harness import ROOT, Ground, Outcome, costs, served

#: From abroad, so that one body can be sent again and again: a credit code registers once.
FIRM = msgspec.json.encode(
    {
        "name": "Sample Care Devices",
        "country": "DE",
        "categories": ["NURS", "ASST"],
        "fields": ["informatization", "long_term_care"],
        "intro": "An invented firm. " * 10,
        "website": "www.example.com",
        "contact": {"name": "Sample Person", "mobile": "+49 30 901820", "email": "firm@example.com"},
        "booth": {"kind": "standard", "count": 2},
        "locale": "en",
        "privacy_version": "1",
    }
).decode()


def run(ground: Ground) -> Iterator[Outcome]:
    databases = [("sqlite", "")]
    if ground.postgres:
        databases.append(("postgres", ground.postgres))
    for name, address in databases:
        home = ground.folder / f"registration-{name}"
        home.mkdir()
        own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
        around = {"YINBO_DATA_DIR": str(home), **({"YINBO_DATABASE_URL": address} if address else {})}
        prepared = [
            sys.executable,
            "-c",
            "from cli import main; main(['migrate'], standalone_mode=False); main(['demo'])",
        ]
        subprocess.run(prepared, env={**own, "PYTHONPATH": str(ROOT), **around}, check=True, capture_output=True)
        with (
            served("bench.product:create_app", home, **around) as door,
            served("app:create_app", home, **around) as product,
        ):
            yield costs(
                f"{name}: a registration, against an insert",
                product=ground.load(f"{product}/api/v1/exhibitors", body=FIRM),
                bare=ground.load(f"{door}/door", body=NOTE),
                ceiling=12,
                rounds=ground.rounds,
            )
