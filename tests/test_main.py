"""``python -m tests``: what was required must have run."""

import asyncio
import os
import subprocess
import sys

import pytest

from tests.conftest import POSTGRES
from tests.live import ROOT
from tests.postgres import answers

NOWHERE = "postgresql://postgres@127.0.0.1:1/postgres"


def suite(required: str, postgres: str = NOWHERE) -> tuple[int, str]:
    """The suite with one file that needs neither database nor browser."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("YINBO_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests", "-n0", "-p", "no:cacheprovider", "tests/core/test_i18n.py"],
        env=env | {"YINBO_TEST_REQUIRE": required, "YINBO_TEST_POSTGRES_URL": postgres},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.partition("── summary ──")[2]


def test_what_is_missing_is_skipped_unless_required() -> None:
    assert suite("")[0] == 0
    code, said = suite("browser,postgres")
    assert code == 1
    assert "postgres: skipped" in said
    for name in ("browser", "postgres"):
        assert f"{name}: required, and none of its tests passed" in said


def test_a_database_that_answers_is_not_enough_when_nothing_was_tested_on_it() -> None:
    if not asyncio.run(answers()):
        pytest.skip("no PostgreSQL answers")
    code, said = suite("postgres", POSTGRES)
    assert code == 1
    assert "postgres: required, and none of its tests passed" in said
