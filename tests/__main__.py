"""``python -m tests``: the suite on SQLite, then what touches a database on PostgreSQL where one answers.

``YINBO_TEST_REQUIRE=postgres,browser``: none of its tests passed, for whatever reason, is a failure. Further arguments
go to pytest.
"""

import asyncio
import getpass
import os
import re
import shutil
import subprocess
import sys

import msgspec

from tests.browser.chromium import CHROMIUM

_RESULT = re.compile(r"\d+ (passed|failed|error)|no tests ran")
_PASSED = re.compile(r"passed: (\d+), (\d+) of them in a browser")


def _postgres() -> tuple[str, str]:
    """The address of a server where databases can be made; else empty, and why not."""
    import asyncpg

    async def try_one(url: str) -> str:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            return f"{type(error).__name__}"
        try:
            may = await connection.fetchval("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        finally:
            await connection.close()
        return "" if may else "may not create databases"

    given = os.environ.get("YINBO_TEST_POSTGRES_URL")
    users = dict.fromkeys(["postgres", getpass.getuser(), "root"])
    urls = [given] if given else [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in users]
    why = ""
    for url in urls:
        fault = asyncio.run(try_one(url))
        if not fault:
            return url, ""
        why = why or f"no PostgreSQL that tests can use at {url.rpartition('@')[2]} ({fault})"
    return "", why


class Run(msgspec.Struct):
    code: int
    #: pytest's last line.
    said: str = "pytest said nothing"
    passed: int = 0
    in_browser: int = 0


def _pytest(backend: str, arguments: list[str], **more: str) -> Run:
    """Everything it says is passed on as it comes."""
    env = {**os.environ, "YINBO_TEST_DATABASE": backend, **more}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    run = Run(0)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if counted := _PASSED.match(line):
                run.passed, run.in_browser = int(counted[1]), int(counted[2])
            elif _RESULT.search(line):
                run.said = line.strip().strip("=").strip()
    run.code = process.returncode
    return run


def main() -> int:
    required = set(os.environ.get("YINBO_TEST_REQUIRE", "").replace(",", " ").split())
    arguments = sys.argv[1:]
    # Two at a time; a file stays together, for its fixtures are shared.
    parallel = [] if any(word.startswith("-n") for word in arguments) else ["-n", "2", "--dist", "loadfile"]
    worst = 0
    summary: list[str] = []

    ran = {"postgres": 0, "browser": 0}

    print("── sqlite ──", flush=True)
    run = _pytest("sqlite", [*parallel, *arguments])
    worst = worst or run.code
    ran["browser"] = run.in_browser
    summary.append(f"sqlite: {run.said}")
    if not CHROMIUM:
        summary.append("browser: skipped, no Chromium on the path")

    url, why = _postgres()
    if url:
        print("── postgres ──", flush=True)
        run = _pytest("postgres", [*parallel, *arguments], YINBO_TEST_POSTGRES_URL=url)
        # 5: of what was asked for, nothing touches a database.
        worst = worst or (0 if run.code == 5 else run.code)
        ran["postgres"] = run.passed
        summary.append(f"postgres: {run.said}")
    else:
        summary.append(f"postgres: skipped, {why}")

    for name in sorted(required & set(ran)):
        if not ran[name]:
            summary.append(f"{name}: required, and none of its tests passed")
            worst = worst or 1
    for name in sorted(required - set(ran)):
        summary.append(f"YINBO_TEST_REQUIRE: {name!r} is not known")
        worst = worst or 2
    if not shutil.which("redis-server"):
        summary.append("redis: tests that need a server of their own were skipped")
    print("── summary ──", *summary, sep="\n", flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main())
